import { join } from 'node:path';
import { Lifetime } from '../foundation/lifetime.ts';
import { createConsoleLogger, describeError } from '../foundation/logger.ts';
import { Demo } from './demo.ts';
import { choosePorts, readOptions, type DemoOptions } from './options.ts';
import { jsonLine, Screen } from './screen.ts';
import { untilToldToEnd } from './stop-signals.ts';
import { openStorage } from './storage.ts';

const EXIT_ENDED = 0;
const EXIT_FAILED = 1;

process.exitCode = await main(readOptions(process.argv.slice(2)));

/** Runs the demo until it is told to end or a part ends by itself, and returns the exit code. */
async function main(options: DemoOptions): Promise<number> {
  const lifetime = new Lifetime(createConsoleLogger({ level: 'warn' }));
  const told = untilToldToEnd(() => process.exit(EXIT_FAILED));
  try {
    await run(options, lifetime, told);
    say('Ending everything …');
    return EXIT_ENDED;
  } catch (error) {
    say(describeError(error));
    return EXIT_FAILED;
  } finally {
    await lifetime.close();
  }
}

async function run(options: DemoOptions, lifetime: Lifetime, told: Promise<void>): Promise<void> {
  const ports = await choosePorts(options.ports, say);
  const storage = openStorage(options.storage);
  lifetime.own('the storage', () => storage.close());
  await new Promise<void>((resolve, reject) => {
    void told.then(resolve);
    const demo = new Demo({ storage, ports, lifetime, say, handleCrash: reject });
    process.once('exit', () => demo.killAll());
    present(demo, options, join(storage.folder, 'logs'), lifetime).catch(reject);
  });
}

async function present(demo: Demo, options: DemoOptions, logs: string, lifetime: Lifetime): Promise<void> {
  const live = await demo.open();
  if (options.json) {
    process.stdout.write(`${jsonLine(live)}\n`);
    return;
  }
  const redraws = process.stdout.isTTY;
  const screen = new Screen(live, { write: (text) => process.stdout.write(text), redraws, logs });
  await screen.keepShowing(() => demo.lookAtParts(live));
  lifetime.own('the screen', () => screen.close());
}

/** Progress goes to stderr: stdout is for the screen or the JSON line. */
function say(line: string): void {
  process.stderr.write(`[demo] ${line}\n`);
}
