import type { Need } from './needs.ts';
import type { Measurement } from './results.ts';
import type { Target } from './targets.ts';

/** One thing that is measured, and how to read its figures. */
export interface Bench {
  /** For `--only`, in file names and in the results. */
  readonly name: string;
  /** What is measured, in a line. */
  readonly title: string;
  /** What `n` counts, such as "viewers". */
  readonly unitOfN: string;
  /** The variant that the others are compared with. */
  readonly reference: string;
  /** Figures that are drawn, each over n or, where there is one n alone, side by side. */
  readonly plots?: readonly Plotted[];
  readonly targets?: readonly Target[];
  /** What has to be installed; without it the bench is left out. */
  readonly needs?: readonly Need[];
  /** For what takes longer than anybody waits for the others. */
  readonly onlyWhenNamed?: boolean;
  run(context: BenchContext): Promise<readonly Measurement[]>;
}

export interface Plotted {
  readonly metric: string;
  readonly title: string;
  /** For figures that differ by powers of ten. */
  readonly scale?: 'linear' | 'logarithmic';
}

export interface BenchContext {
  /** All that is registered takes less than two minutes then: see each bench's own share. */
  readonly quick: boolean;
  /** Tells whoever waits what is being done. */
  readonly progress: (line: string) => void;
}
