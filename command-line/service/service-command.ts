import { Command } from 'commander';
import { resolve } from 'node:path';
import { DEFAULT_FILE } from '../read-configuration.ts';
import { installService, uninstallService } from './service-commands.ts';
import { serviceUnit } from './service-unit.ts';
import { thisHost, thisProgram } from './this-host.ts';

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
    .action(async ({ config, print }: Options) => {
      const program = thisProgram(resolve(config));
      if (print === true) process.stdout.write(serviceUnit(program));
      else end(await installService(thisHost, program));
    });
  service
    .command('uninstall')
    .description('takes the service off; configuration and stored files stay')
    .action(async () => end(await uninstallService(thisHost, DEFAULT_FILE)));
  return service.exitOverride();
}
