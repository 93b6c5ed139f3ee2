import { describeError, type Logger } from '../../foundation/logger.ts';
import type { Clock } from './clock.ts';
import { SourceError } from './source-error.ts';
import type { Source, SourceSink } from './source.ts';

export interface RestartingSourceOptions {
  readonly create: (bitrateKbps: number) => Source;
  readonly bitrateKbps: number;
  /** From one restart to the next at least: each is a second without a picture for all viewers. */
  readonly pauseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A smaller change is not worth a gap in the picture. */
const WORTHWHILE_SHARE = 0.2;
const MICROSECONDS_PER_MILLISECOND = 1_000;

/** Gives a source that cannot change its bit rate while it runs another one by a restart, now and then. */
export class RestartingSource implements Source {
  readonly #options: RestartingSourceOptions;
  #source: Source;
  #wantedKbps: number;
  #runningKbps: number;
  #sink: SourceSink | undefined;
  #restartedAtUs = Number.NEGATIVE_INFINITY;
  #cancelRestart: (() => void) | undefined;
  #restarted: Promise<void> = Promise.resolve();

  constructor(options: RestartingSourceOptions) {
    this.#options = options;
    this.#wantedKbps = options.bitrateKbps;
    this.#runningKbps = options.bitrateKbps;
    this.#source = options.create(options.bitrateKbps);
  }

  get description(): string {
    return this.#source.description;
  }

  start(sink: SourceSink): void {
    this.#sink = sink;
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#restarted;
    await this.#source.stop();
  }

  setBitrate(bitrateKbps: number): void {
    this.#wantedKbps = bitrateKbps;
    if (!this.#sink || !this.#isWorthwhile()) this.#forgetRestart();
    else this.#cancelRestart ??= this.#options.clock.after(this.#waitMs(), () => this.#restart());
  }

  #isWorthwhile(): boolean {
    return Math.abs(this.#wantedKbps - this.#runningKbps) >= this.#runningKbps * WORTHWHILE_SHARE;
  }

  #waitMs(): number {
    const { clock, pauseMs } = this.#options;
    const sinceMs = (clock.nowUs() - this.#restartedAtUs) / MICROSECONDS_PER_MILLISECOND;
    return Math.max(0, pauseMs - sinceMs);
  }

  #begin(): void {
    if (this.#wantedKbps !== this.#runningKbps) this.#source = this.#options.create(this.#wantedKbps);
    this.#runningKbps = this.#wantedKbps;
    this.#source.start({
      handleAccessUnit: (unit) => this.#sink?.handleAccessUnit(unit),
      handleEnd: (error) => this.#handleEnd(error),
    });
  }

  #restart(): void {
    const { clock, logger } = this.#options;
    this.#forgetRestart();
    this.#restartedAtUs = clock.nowUs();
    logger.info(`${this.description} is restarted for ${this.#wantedKbps} kbit/s`);
    const sink = this.#sink;
    this.#restarted = this.#source.stop().then(
      () => {
        if (sink && this.#sink === sink) this.#begin();
      },
      (cause: unknown) => {
        const message = `${this.description} could not be restarted: ${describeError(cause)}`;
        this.#handleEnd(new SourceError(message, { cause }));
      },
    );
  }

  #handleEnd(error: SourceError): void {
    const sink = this.#sink;
    this.#end();
    sink?.handleEnd(error);
  }

  #end(): void {
    this.#sink = undefined;
    this.#forgetRestart();
  }

  #forgetRestart(): void {
    this.#cancelRestart?.();
    this.#cancelRestart = undefined;
  }
}
