import { join } from 'node:path';
import { Lifetime } from '../foundation/lifetime.ts';
import { createConsoleLogger, describeError } from '../foundation/logger.ts';
import { Demo, type LiveDemo } from './demo.ts';
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

async function run(options: DemoOptions, lifetime: Lifetime, told: Promise<NodeJS.Signals>): Promise<void> {
  const ports = await choosePorts(options.ports, say);
  const storage = openStorage(options.storage);
  lifetime.own('the storage', () => storage.close());
  const crashed = Promise.withResolvers<never>();
  const demo = new Demo({ storage, ports, lifetime, say, handleCrash: (error) => crashed.reject(error) });
  process.once('exit', () => demo.killAll());
  const ended = Promise.race([told, crashed.promise]);
  const live = await Promise.race([demo.open(), ended]);
  if (typeof live === 'string') return;
  if (options.json) process.stdout.write(`${jsonLine(live)}\n`);
  else await showScreen(demo, live, join(storage.folder, 'logs'), lifetime);
  await ended;
}

async function showScreen(demo: Demo, live: LiveDemo, logs: string, lifetime: Lifetime): Promise<void> {
  const screen = new Screen(live, {
    write: (text) => process.stdout.write(text),
    redraws: process.stdout.isTTY,
    logs,
  });
  await screen.keepShowing(() => demo.lookAtParts(live));
  lifetime.own('the screen', () => screen.close());
}

/** Progress goes to stderr: stdout is for the screen or the JSON line. */
function say(line: string): void {
  process.stderr.write(`[demo] ${line}\n`);
}
