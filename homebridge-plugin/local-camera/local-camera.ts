import type { Clock } from '../../foundation/clock.ts';
import { describeError, type LogLevel, type Logger } from '../../foundation/logger.ts';
import { reconnectPauseMs } from '../../foundation/reconnect-pause.ts';
import { DaemonRun, type DaemonEnd } from './daemon-run.ts';
import { writeDaemonSettings, type DaemonSettings } from './daemon-settings.ts';
import { localBrokerUrl, type LocalCameraSettings } from './local-camera-settings.ts';
import { picamCommand } from './picam-command.ts';

/** Whoever ran for so long is well: what it fails of later is news, and the next start is tried at once. */
const STEADY_MS = 60_000;
const MS_PER_S = 1_000;

export interface LocalCameraOptions {
  readonly settings: LocalCameraSettings;
  readonly prefix: string;
  /** Whatever the daemon keeps is below. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with each start that brought the camera onto its broker. */
  readonly handleReady?: (brokerUrl: string) => void;
  /** Why the daemon has ended. */
  readonly handleProblem?: (words: string) => void;
  /** Before the next start, after so many that failed; injected for tests. */
  readonly pauseMs?: (failures: number) => number;
}

/** The camera of this machine: keeps the device daemon running as a program of its own. */
export class LocalCamera {
  readonly #options: LocalCameraOptions;
  #settings: DaemonSettings | undefined;
  #run: DaemonRun | undefined;
  #cancelPause: () => void = () => undefined;
  #cancelSteady: () => void = () => undefined;
  #failures = 0;
  #lastProblem = '';
  #isGivenUp = false;
  #closed = false;

  constructor(options: LocalCameraOptions) {
    this.#options = options;
  }

  get brokerUrl(): string {
    return localBrokerUrl(this.#options.settings.port);
  }

  /** Its id, once it was started. */
  get device(): string | undefined {
    return this.#settings?.device;
  }

  get pid(): number | undefined {
    return this.#run?.pid;
  }

  /** True when it is not started again, because it would end the same way. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Starts it and returns at once; what goes wrong is logged and tried again. */
  open(): void {
    const { settings, folder, prefix } = this.#options;
    try {
      this.#settings = writeDaemonSettings(settings, folder, prefix);
      this.#start(this.#settings.file);
    } catch (error) {
      this.#report(`${folder} cannot be written: ${describeError(error)}`, 'it is not started');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPause();
    this.#cancelSteady();
    await this.#run?.stop();
  }

  #start(file: string): void {
    const { clock } = this.#options;
    const run = new DaemonRun({
      command: picamCommand(['device', '--config', file]),
      clock,
      handleReady: (brokerUrl) => this.#handleReady(brokerUrl),
      handleLog: (level, message) => this.#handleLog(level, message),
      handleEnd: (end) => this.#handleEnd(end, file),
    });
    this.#run = run;
    run.start();
  }

  #handleReady(brokerUrl: string): void {
    const { logger, clock, handleReady } = this.#options;
    logger.info(`the camera on this machine is ready ("${this.device ?? ''}" on ${brokerUrl})`);
    this.#cancelSteady();
    this.#cancelSteady = clock.after(STEADY_MS, () => {
      this.#failures = 0;
      this.#lastProblem = '';
    });
    handleReady?.(brokerUrl);
  }

  /** What the daemon tells about its own life is not news for Homebridge's log. */
  #handleLog(level: LogLevel, message: string): void {
    this.#options.logger[level === 'info' ? 'debug' : level](message);
  }

  #handleEnd({ words, mayHeal }: DaemonEnd, file: string): void {
    this.#cancelSteady();
    if (this.#closed) return;
    if (!mayHeal) {
      this.#isGivenUp = true;
      this.#report(words, 'correct its settings and restart Homebridge');
      return;
    }
    const pauseMs =
      this.#options.pauseMs?.(this.#failures) ?? reconnectPauseMs(this.#failures, Math.random());
    this.#failures += 1;
    this.#report(words, `it is started again, the next time in ${(pauseMs / MS_PER_S).toFixed(1)} s`);
    this.#cancelPause = this.#options.clock.after(pauseMs, () => this.#start(file));
  }

  /** One line for a problem, however often the daemon ends of it. */
  #report(words: string, whatHappens: string): void {
    this.#options.handleProblem?.(words);
    if (words === this.#lastProblem) return;
    this.#lastProblem = words;
    this.#options.logger.error(`the camera on this machine does not run: ${words}; ${whatHappens}`);
  }
}
