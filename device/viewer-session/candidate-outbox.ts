import type { Candidate } from '../../contract/operations.ts';

/** Holds the device's candidates back until the answer is on its way: a viewer cannot use them before. */
export class CandidateOutbox {
  readonly #send: (candidates: Candidate[], end: boolean) => void;
  #held: Candidate[] = [];
  #hasEnded = false;
  #isOpen = false;

  constructor(send: (candidates: Candidate[], end: boolean) => void) {
    this.#send = send;
  }

  add(candidate: Candidate | 'end'): void {
    if (candidate === 'end') this.#hasEnded = true;
    else this.#held.push(candidate);
    if (this.#isOpen) this.#flush();
  }

  open(): void {
    this.#isOpen = true;
    if (this.#held.length > 0 || this.#hasEnded) this.#flush();
  }

  #flush(): void {
    const candidates = this.#held;
    this.#held = [];
    this.#send(candidates, this.#hasEnded);
  }
}
