import { describeError, type Logger } from '../../foundation/logger.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import type { Source } from '../capture/source.ts';
import type { StreamObserver } from '../live-stream/stream-observer.ts';
import { CodedMotionMeter } from './coded-motion-meter.ts';

/** The cool-down proper is the motion state's; this one only keeps a source from flickering. */
const SOURCE_COOL_DOWN_MS = 1_000;

export interface MotionWatchOptions {
  readonly source: Pick<Source, 'onMotion'>;
  readonly stream: {
    hold(handleStop: () => void): () => void;
    observe(observer: StreamObserver): () => void;
  };
  readonly sensitivity: number;
  /** False: only keeps the camera on, for a pre-roll before motion that others see. */
  readonly detects: boolean;
  readonly handleSight: (isMoving: boolean) => void;
  readonly logger: Logger;
}

/**
 * Keeps the camera on and watches for motion: by the source itself where it can, else by the coded stream. After op
 * `stop` it rests until the camera runs again for someone else.
 */
export class MotionWatch {
  readonly #options: MotionWatchOptions;
  readonly #meter: CodedMotionMeter;
  #release: (() => void) | undefined;
  #endObserving: (() => void) | undefined;
  #endSourceWatch: (() => void) | undefined;

  constructor(options: MotionWatchOptions) {
    this.#options = options;
    this.#meter = new CodedMotionMeter(options.sensitivity);
  }

  open(): void {
    this.#endObserving = this.#options.stream.observe({
      handleAccessUnit: (unit) => this.#handleAccessUnit(unit),
      handleGap: () => this.#handleGap(),
    });
    this.#hold();
  }

  close(): void {
    this.#endObserving?.();
    this.#handleGap();
    this.#release?.();
    this.#release = undefined;
  }

  #hold(): void {
    try {
      this.#release = this.#options.stream.hold(() => (this.#release = undefined));
    } catch (error) {
      this.#options.logger.info(`not watching for motion yet: ${describeError(error)}`);
    }
  }

  #handleAccessUnit(unit: AccessUnit): void {
    if (!this.#release) this.#hold();
    if (!this.#options.detects) return;
    if (!this.#endSourceWatch) this.#watchSource();
    const isMoving = this.#endSourceWatch ? undefined : this.#meter.add(unit);
    if (isMoving !== undefined) this.#options.handleSight(isMoving);
  }

  /** What a source can do is known only once it runs. */
  #watchSource(): void {
    const { source, sensitivity, handleSight } = this.#options;
    this.#endSourceWatch = source.onMotion?.({ sensitivity, coolDownMs: SOURCE_COOL_DOWN_MS }, (motion) =>
      handleSight(motion.isMoving),
    );
  }

  #handleGap(): void {
    this.#endSourceWatch?.();
    this.#endSourceWatch = undefined;
    this.#meter.forget();
    this.#options.handleSight(false);
  }
}
