/** What the doctor says about one thing. */
export interface Finding {
  readonly about: string;
  /**
   * `bad`: Picam cannot work like this. `doubtful`: it can, but not with everything, or not for sure. `untried`: nobody
   * looked.
   */
  readonly state: 'good' | 'untried' | 'doubtful' | 'bad';
  /** May have several lines. */
  readonly found: string;
  /** What to type or to change, a step a line; there for everything that is doubtful or bad. */
  readonly remedy?: string;
}

export function good(about: string, found: string): Finding {
  return { about, state: 'good', found };
}

export function untried(about: string, found: string): Finding {
  return { about, state: 'untried', found };
}

export function doubtful(about: string, found: string, remedy: string): Finding {
  return { about, state: 'doubtful', found, remedy };
}

export function bad(about: string, found: string, remedy: string): Finding {
  return { about, state: 'bad', found, remedy };
}
