import { Command } from 'commander';
import { resolve } from 'node:path';
import { ConfigurationError, DEFAULT_FILE, readConfiguration } from '../read-configuration.ts';
import { installService, uninstallService } from './service-commands.ts';
import { type ServiceNeeds, serviceNeeds } from './service-needs.ts';
import { serviceUnit } from './service-unit.ts';
import { thisHost, thisProgram } from './this-host.ts';

/** A configuration that is not there says nothing. */
const NOWHERE = '/nonexistent/picam.yaml';

interface Options {
  readonly config: string;
  readonly print?: boolean;
}

/** `picam service install|uninstall` */
export function createServiceCommand(handleEnd: (exitCode: number) => void): Command {
  const end = (isDone: boolean) => handleEnd(isDone ? 0 : 1);
  const service = new Command('service').description(
    'lets systemd run picam, from the start of the machine on',
  );
  service
    .command('install')
    .description('puts the service on and starts it')
    .option('--config <file>', 'its configuration', DEFAULT_FILE)
    .option('--print', 'print the unit, and do nothing')
    .action(async (_: unknown, command: Command) => {
      // `picam` itself has --config too, and takes it wherever it stands.
      const { config, print } = command.optsWithGlobals<Options>();
      const program = thisProgram(resolve(config));
      const { needs, problems } = readNeeds(program.configuration);
      if (problems !== undefined) console.error(problems);
      if (print === true) process.stdout.write(serviceUnit(program, needs));
      else end(problems === undefined && (await installService(thisHost, program, needs)));
    });
  service
    .command('uninstall')
    .description('takes the service off; configuration and stored files stay')
    .action(async () => end(await uninstallService(thisHost, DEFAULT_FILE)));
  return service.exitOverride();
}

/** Of a configuration that is not there yet, or cannot be used: those of one that says nothing. */
function readNeeds(file: string): { readonly needs: ServiceNeeds; readonly problems?: string } {
  const needsOf = (defaultFile: string) =>
    serviceNeeds(readConfiguration({ environment: {}, flags: new Map(), defaultFile }), thisHost.hasGroup);
  try {
    return { needs: needsOf(file) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = `The service cannot start because of its configuration:\n${error.message}`;
    return { needs: needsOf(NOWHERE), problems };
  }
}
