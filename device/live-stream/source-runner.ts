import { describeError, type Logger } from '../../foundation/logger.ts';
import { withTimeout } from '../../foundation/time-out.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import type { Clock } from '../capture/clock.ts';
import { SourceError } from '../capture/source-error.ts';
import type { RestartableSource, SourceSink } from '../capture/source.ts';
import { FailureLog } from './failure-log.ts';
import type { Tally } from '../telemetry/tally.ts';

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A run this long shows that the source works; the next failure begins with the shortest pause again. */
const HEALTHY_RUN_MS = 10_000;
/** A source kills what it started long before; this is for a driver that hangs and cannot be killed. */
const STOP_TIMEOUT_MS = 10_000;
const MICROSECONDS_PER_MILLISECOND = 1000;

export interface SourceRunnerEvents<Unit = AccessUnit> {
  handleAccessUnit(unit: Unit): void;
  /** The source ended by itself. It is started again after a pause as long as it is wanted. */
  handleFailure(error: SourceError): void;
  /** `running` has changed. */
  handleChange(): void;
}

export interface SourceRunnerOptions<Unit = AccessUnit> {
  readonly source: RestartableSource<Unit>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: Pick<Tally, 'source'>;
  readonly events: SourceRunnerEvents<Unit>;
}

type RunnerState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly sinceUs: number }
  | { readonly kind: 'pausing'; readonly cancel: () => void }
  | { readonly kind: 'stopping'; readonly gone: Promise<void> };

const IDLE: RunnerState = { kind: 'idle' };

/**
 * Keeps one source running while it is wanted: one start at a time, never beside a stop that is under way, and after
 * a failure only after a pause that grows from failure to failure.
 */
export class SourceRunner<Unit = AccessUnit> {
  readonly #options: SourceRunnerOptions<Unit>;
  readonly #failureLog: FailureLog;
  #state: RunnerState = IDLE;
  #isWanted = false;
  #failures = 0;
  #hasFailed = false;
  #notBeforeUs = 0;

  constructor(options: SourceRunnerOptions<Unit>) {
    this.#options = options;
    this.#failureLog = new FailureLog(options.logger);
  }

  get running(): boolean {
    return this.#state.kind === 'running';
  }

  /** True between a failure and the time at which the source may be started again. */
  get isPausing(): boolean {
    return !this.running && this.#pauseMs() > 0;
  }

  /** Starts the source as soon as it may be started, if it is not running. */
  want(): void {
    this.#isWanted = true;
    if (this.#state.kind === 'idle') this.#startWhenAllowed();
  }

  /** Resolves when the source is gone, which a `want` in between does not hinder. */
  async release(): Promise<void> {
    this.#isWanted = false;
    this.#hasFailed = false;
    if (this.#state.kind === 'pausing') this.#state.cancel();
    if (this.#state.kind === 'pausing') this.#state = IDLE;
    if (this.#state.kind === 'running') this.#beginStop();
    if (this.#state.kind === 'stopping') await this.#state.gone;
  }

  #startWhenAllowed(): void {
    const pauseMs = this.#pauseMs();
    if (pauseMs <= 0) this.#start();
    else this.#state = { kind: 'pausing', cancel: this.#options.clock.after(pauseMs, () => this.#start()) };
  }

  #pauseMs(): number {
    return Math.ceil((this.#notBeforeUs - this.#options.clock.nowUs()) / MICROSECONDS_PER_MILLISECOND);
  }

  #start(): void {
    const { source, clock, events, tally } = this.#options;
    const run: RunnerState = { kind: 'running', sinceUs: clock.nowUs() };
    this.#state = run;
    tally.source.starts += 1;
    if (this.#hasFailed) tally.source.restarts += 1;
    this.#hasFailed = false;
    this.#failureLog.handleStart(source.description);
    this.#startSource({
      handleAccessUnit: (unit) => {
        if (this.#state !== run) return;
        this.#failureLog.handlePicture(source.description);
        events.handleAccessUnit(unit);
      },
      handleEnd: (error) => {
        if (this.#state === run) this.#handleEnd(error, run.sinceUs);
      },
    });
    events.handleChange();
  }

  #startSource(sink: SourceSink<Unit>): void {
    try {
      this.#options.source.start(sink);
    } catch (cause) {
      sink.handleEnd(new SourceError(`${this.#options.source.description} cannot be started.`, { cause }));
    }
  }

  #handleEnd(error: SourceError, sinceUs: number): void {
    const { clock, events, source, tally } = this.#options;
    const ranMs = (clock.nowUs() - sinceUs) / MICROSECONDS_PER_MILLISECOND;
    if (ranMs >= HEALTHY_RUN_MS) this.#failures = 0;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#hasFailed = true;
    tally.source.failures += 1;
    this.#notBeforeUs = clock.nowUs() + pauseMs * MICROSECONDS_PER_MILLISECOND;
    this.#state = IDLE;
    this.#failureLog.handleFailure(source.description, error);
    events.handleFailure(error);
    events.handleChange();
    if (this.#isWanted) this.want();
  }

  #beginStop(): void {
    const { events, logger, source } = this.#options;
    logger.info(`stopping ${source.description}`);
    this.#state = { kind: 'stopping', gone: this.#stopSource() };
    events.handleChange();
  }

  async #stopSource(): Promise<void> {
    const { logger, source } = this.#options;
    try {
      await withTimeout(source.stop(), STOP_TIMEOUT_MS, `stopping ${source.description}`);
    } catch (error) {
      logger.warn(`${source.description} did not stop cleanly: ${describeError(error)}`);
    }
    this.#state = IDLE;
    if (this.#isWanted) this.#startWhenAllowed();
  }
}
