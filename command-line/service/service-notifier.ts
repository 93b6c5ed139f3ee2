import type { RunProgram } from '../../device/capture/program-run.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';

const NOTIFY_TIMEOUT_MS = 10_000;
/** Of the watchdog's time: two signs of life may be lost. */
const SHARE_OF_WATCHDOG = 1 / 3;
const MICROSECONDS_PER_MILLISECOND = 1000;

export interface ServiceNotifierOptions {
  /** Where systemd says whether it wants to hear something: NOTIFY_SOCKET and WATCHDOG_USEC. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: RunProgram;
  readonly logger: Logger;
}

/** Tells systemd that the service is ready, and then that it is alive. Without systemd it does nothing. */
export class ServiceNotifier {
  readonly #options: ServiceNotifierOptions;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(options: ServiceNotifierOptions) {
    this.#options = options;
  }

  /** Node has no unix datagram sockets, so a program of systemd's says it. */
  open(): void {
    const { NOTIFY_SOCKET, WATCHDOG_USEC } = this.#options.environment;
    if (!NOTIFY_SOCKET) return;
    void this.#notify('READY=1');
    const watchdogMs = Number(WATCHDOG_USEC) / MICROSECONDS_PER_MILLISECOND;
    if (!(watchdogMs > 0)) return;
    this.#timer = setInterval(() => void this.#notify('WATCHDOG=1'), watchdogMs * SHARE_OF_WATCHDOG);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #notify(words: string): Promise<void> {
    const result = await this.#options.run('systemd-notify', [words], NOTIFY_TIMEOUT_MS);
    if (result.kind === 'ended' && result.exitCode === 0) return;
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const problem = result.kind === 'ended' ? result.stderr.trim() : result.kind;
    this.#options.logger.warn(`systemd could not be told ${words}: ${describeError(problem)}`);
  }
}
