import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from '../../demo/child-program.ts';

const START_TIMEOUT_MS = 10_000;
const PORT = 3_478;

export interface CoturnOptions {
  readonly address: string;
  readonly relayAddress: string;
  readonly secret: string;
  readonly transport: 'udp' | 'tcp';
  /** After so long clients have to ask again for what they were given; default: coturn's own hour. */
  readonly lifetimeS?: number;
}

/** Clients of the server, by their number. */
export interface CoturnSessions {
  readonly asked: number;
  /** That were given a relayed address, because they knew the secret. */
  readonly allocated: number;
  /** That send to a relayed address, and so to another client. */
  readonly betweenRelays: number;
  /** That asked again for what they had, and got it. */
  readonly renewed: number;
}

export interface Coturn {
  readonly port: number;
  sessions(): CoturnSessions;
  stop(): Promise<void>;
}

/** A coturn that takes credentials made of a shared secret, by one transport alone. */
export async function startCoturn({
  address,
  relayAddress,
  secret,
  transport,
  lifetimeS,
}: CoturnOptions): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'picam-coturn-'));
  const program = new ChildProgram({
    name: 'coturn',
    command: 'turnserver',
    args: [
      ...['-n', '--no-cli', '--no-tls', '--no-dtls', '--verbose', '--log-file=stdout', '--simple-log'],
      ...['--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=picam.test'],
      ...[`--listening-ip=${address}`, `--listening-port=${PORT}`, `--relay-ip=${relayAddress}`],
      ...[`--userdb=${join(folder, 'users')}`, `--pidfile=${join(folder, 'pid')}`],
      ...(lifetimeS === undefined ? [] : [`--max-allocate-lifetime=${lifetimeS}`]),
      ...(transport === 'tcp' ? ['--no-udp'] : ['--no-tcp']),
    ],
    cwd: folder,
  });
  const stop = async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await program.start().waitForLog(/Total auth threads|IO method/u, START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  const count = (event: RegExp) =>
    new Set([...program.log.matchAll(event)].map(([, session]) => session)).size;
  return {
    port: PORT,
    sessions: () => ({
      asked: count(/session (\d+): realm /gu),
      allocated: count(/session (\d+): .*ALLOCATE processed, success/gu),
      renewed: count(/session (\d+): .*REFRESH processed, success/gu),
      betweenRelays: count(
        new RegExp(`session (\\d+): peer ${relayAddress.replaceAll('.', '\\.')}[: ]`, 'gu'),
      ),
    }),
    stop,
  };
}
