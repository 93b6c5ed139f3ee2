import { descendantProcesses } from '../test/support/processes.ts';

const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

/** Whoever ends a bench before its time leaves no camera, browser or broker of it behind. */
export function endWithChildren(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Before anybody else who listens, such as the one who started a browser.
    process.prependOnceListener(signal, () => {
      for (const { pid } of descendantProcesses(process.pid)) endProcess(pid);
      process.exit(EXIT_BY_SIGNAL[signal]);
    });
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}
