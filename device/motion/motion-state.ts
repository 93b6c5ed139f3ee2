import { type Clock, systemClock } from '../capture/clock.ts';

/** Who sees something move: the camera itself, or a sensor that tells by `set/motion`. */
export type MotionWitness = 'camera' | 'outside';

export interface MotionStateOptions {
  readonly coolDownMs: number;
  /** Motion has begun or ended; who saw it first, or last. */
  readonly handleChange: (isMoving: boolean, witness: MotionWitness) => void;
  readonly clock?: Clock;
}

/** Whether something moves: at once when a witness says so, and until none has said so for the cool-down. */
export class MotionState {
  readonly #options: MotionStateOptions;
  readonly #clock: Clock;
  readonly #seeing = new Set<MotionWitness>();
  #isMoving = false;
  #cancelEnd: (() => void) | undefined;

  constructor(options: MotionStateOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get isMoving(): boolean {
    return this.#isMoving;
  }

  handleSight(witness: MotionWitness, isMoving: boolean): void {
    if (isMoving) this.#begin(witness);
    else if (this.#seeing.delete(witness) && this.#seeing.size === 0) this.#endLater(witness);
  }

  close(): void {
    this.#stopWaiting();
  }

  #begin(witness: MotionWitness): void {
    this.#seeing.add(witness);
    this.#stopWaiting();
    if (!this.#isMoving) this.#change(true, witness);
  }

  #endLater(witness: MotionWitness): void {
    this.#stopWaiting();
    this.#cancelEnd = this.#clock.after(this.#options.coolDownMs, () => this.#change(false, witness));
  }

  #change(isMoving: boolean, witness: MotionWitness): void {
    this.#isMoving = isMoving;
    this.#options.handleChange(isMoving, witness);
  }

  #stopWaiting(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = undefined;
  }
}
