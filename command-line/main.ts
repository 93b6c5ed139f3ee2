import { Command, CommanderError } from 'commander';
import { runProgram } from '../device/capture/program-run.ts';
import { softwareVersion } from '../device/status/software-version.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { createConsoleLogger, describeError } from '../foundation/logger.ts';
import { FLAGS } from './configuration-keys.ts';
import type { Configuration } from './configuration-schema.ts';
import { strayVariables } from './known-keys.ts';
import { printedConfiguration } from './print-configuration.ts';
import { printPasswordHash } from './print-password-hash.ts';
import { createServiceCommand } from './service/service-command.ts';
import { ConfigurationError, DEFAULT_FILE, readConfiguration } from './read-configuration.ts';
import { ServiceNotifier } from './service/service-notifier.ts';
import { type Part, startParts } from './start-parts.ts';
import { unknownCommand } from './unknown-command.ts';
import { untilToldToEnd } from './signals.ts';

const EXIT_ENDED = 0;
const EXIT_NOT_STARTED = 1;
const EXIT_CONFIGURATION = 2;
const EXIT_UNWELL = 1;

type Environment = Readonly<Record<string, string | undefined>>;
type Options = Readonly<Record<string, string | boolean | undefined>>;
/** What a command does with its configuration and the words after its name, up to the exit code. */
type Work = (configuration: Configuration, options: Options, words: readonly string[]) => Promise<number>;
interface ActionOptions {
  /** A default file that only others may read is told and passed by, instead of refused. */
  readonly doesWithoutFile: boolean;
}

/** Commander hands over the words after the command's name, its options, and last the command itself. */
type Action = (...given: unknown[]) => Promise<void>;

/** Runs one command to its end and returns the exit code. */
export async function main(words: readonly string[], environment: Environment): Promise<number> {
  let exitCode = EXIT_ENDED;
  const action =
    (work: Work, options = { doesWithoutFile: false }): Action =>
    async (...given) => {
      exitCode = await run(work, given.at(-1) as Command, environment, options);
    };
  const program = createProgram(action);
  program.addCommand(
    createServiceCommand((code) => {
      exitCode = code;
    }),
  );
  const problem = unknownCommand(program, words);
  if (problem !== undefined) {
    console.error(problem);
    return EXIT_CONFIGURATION;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_ENDED : EXIT_CONFIGURATION;
    throw error;
  }
}

function createProgram(action: (work: Work, options?: ActionOptions) => Action): Command {
  const program = new Command('picam')
    .description(
      'A live camera with almost no delay: camera, embedded MQTT broker and web page on this machine.',
    )
    .version(softwareVersion())
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)');
  withFlags(program).action(action(running(['device', 'web'])));
  withFlags(program.command('device'))
    .description('the camera alone; with an embedded broker when none is configured')
    .action(action(running(['device'])));
  const web = withFlags(program.command('web')).description('the web page alone');
  web.action(action(running(['web'])));
  web
    .command('hash-password')
    .description('asks for a password, or reads it from its input, and prints what web.users keeps of it')
    .action(() => printPasswordHash(process.stdin, process.stdout));
  withFlags(program.command('doctor'))
    .description('looks at camera, encoder, broker, clock and network, and says what to do')
    .option('--json', 'print what was found as JSON')
    .action(action(doctor));
  withFlags(program.command('top'))
    .description('shows how the cameras on the broker are, each second')
    .argument('[camera]', 'the id of one camera, to see all of it')
    .option('--once', 'print once and end, as also when the output is no terminal')
    .option('--json', 'print once as JSON and end')
    .action(action(top, { doesWithoutFile: true }));
  return program;
}

function withFlags(command: Command): Command {
  command.option('--config <file>', `configuration file (default: ${DEFAULT_FILE} if it is there)`);
  for (const { flag, value, help } of FLAGS) command.option(`--${flag} <${value}>`, help);
  return command.option(
    '--print-config',
    'print the configuration as it is in force, without secrets, and end',
  );
}

async function run(
  work: Work,
  command: Command,
  environment: Environment,
  { doesWithoutFile }: ActionOptions,
): Promise<number> {
  const options = command.optsWithGlobals<Options>();
  for (const problem of strayVariables(environment)) console.error(problem);
  const tell = (problem: string) => console.error(`goes on without its configuration: ${problem}`);
  const configuration = configurationOrProblems(options, environment, doesWithoutFile ? tell : undefined);
  if (configuration instanceof ConfigurationError) {
    console.error(`picam cannot start because of its configuration:\n${configuration.message}`);
    return EXIT_CONFIGURATION;
  }
  if (options['printConfig'] === true) {
    process.stdout.write(printedConfiguration(configuration));
    return EXIT_ENDED;
  }
  return await work(configuration, options, command.args);
}

function running(parts: readonly Part[]): Work {
  return (configuration) => runUntilTold(parts, configuration);
}

async function doctor(configuration: Configuration, options: Options): Promise<number> {
  const { consultDoctor } = await import('./doctor/doctor.ts');
  return (await consultDoctor(configuration, options['json'] === true)) ? EXIT_ENDED : EXIT_UNWELL;
}

async function top(
  configuration: Configuration,
  options: Options,
  [only]: readonly string[],
): Promise<number> {
  const { showTop } = await import('./top/top.ts');
  const wanted = { once: options['once'] === true, json: options['json'] === true, only };
  return (await showTop(configuration, wanted)) ? EXIT_ENDED : EXIT_UNWELL;
}

function configurationOrProblems(
  options: Options,
  environment: Environment,
  handleClosedDefault: ((problem: string) => void) | undefined,
): Configuration | ConfigurationError {
  const flags = new Map<string, string>();
  for (const { flag } of FLAGS) {
    const value = options[flag.replace(/-(.)/gu, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === 'string') flags.set(flag, value);
  }
  const file = typeof options['config'] === 'string' ? options['config'] : undefined;
  try {
    return readConfiguration({ file, environment, flags, handleClosedDefault });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

async function runUntilTold(parts: readonly Part[], configuration: Configuration): Promise<number> {
  const logger = createConsoleLogger({ level: configuration.logLevel });
  const lifetime = new Lifetime(logger);
  const toldToEnd = untilToldToEnd();
  try {
    await startParts(parts, configuration, logger, lifetime);
    const notifier = new ServiceNotifier({ environment: process.env, run: runProgram, logger });
    lifetime.own('the service notifier', () => notifier.close());
    notifier.open();
    const signal = await toldToEnd;
    logger.info(`ending because of ${signal}`);
    return EXIT_ENDED;
  } catch (error) {
    logger.error(`picam could not start: ${describeError(error)}`);
    return EXIT_NOT_STARTED;
  } finally {
    await lifetime.close();
  }
}
