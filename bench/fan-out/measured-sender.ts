import type { BenchProcess } from '../bench-process.ts';

/** What sends to all viewers: a process whose CPU time is measured. */
export interface MeasuredSender {
  readonly pid: number;
  /** Connects the receivers to it; resolves when it could send to all of them. */
  connect(receivers: BenchProcess, n: number): Promise<void>;
  /** Sends the stream for so long. @returns how many packets each viewer got sent, where the sender tells. */
  send(durationMs: number): Promise<number | undefined>;
  close(): Promise<void>;
}
