/** What the doctor says about one thing. */
export interface Finding {
  readonly about: string;
  /** `bad`: Picam cannot work like this. `doubtful`: it can, but not with everything, or not for sure. */
  readonly state: 'good' | 'doubtful' | 'bad';
  /** May have several lines. */
  readonly found: string;
  /** What to type or to change, a step a line; there for everything that is not good. */
  readonly remedy?: string;
}

export function good(about: string, found: string): Finding {
  return { about, state: 'good', found };
}

export function doubtful(about: string, found: string, remedy: string): Finding {
  return { about, state: 'doubtful', found, remedy };
}

export function bad(about: string, found: string, remedy: string): Finding {
  return { about, state: 'bad', found, remedy };
}
