import { CameraError } from '../../contract/errors.ts';
import { type RunProgram, runProgram } from '../capture/program-run.ts';
import type { AllowedPower } from '../device-configuration.ts';
import type { Handlers } from './handlers.ts';

const SYSTEMCTL_TIMEOUT_MS = 5_000;

/** Restarts or switches off the whole machine, where the configuration allows it. */
export function powerHandlers(
  allow: AllowedPower,
  run: RunProgram = runProgram,
): Pick<Handlers, 'reboot' | 'shutdown'> {
  const systemctl = async (op: keyof AllowedPower, verb: string) => {
    if (!allow[op]) {
      throw new CameraError(
        'forbidden',
        `The camera's configuration does not allow ${op}; set "allow.${op}: true" in its picam.yaml.`,
      );
    }
    // Without waiting for the end of the machine, which would take the reply with it.
    const result = await run('systemctl', ['--no-block', '--no-ask-password', verb], SYSTEMCTL_TIMEOUT_MS);
    if (result.kind === 'ended' && result.exitCode === 0) return {};
    const problem = result.kind === 'ended' ? result.stderr.trim().slice(0, 200) : result.kind;
    throw new CameraError(
      'internal',
      `"systemctl ${verb}" failed on the camera (${problem}); the user that picam runs as needs the right to it.`,
    );
  };
  return {
    reboot: () => systemctl('reboot', 'reboot'),
    shutdown: () => systemctl('shutdown', 'poweroff'),
  };
}
