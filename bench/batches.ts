/** So many connect at a time: handshakes of all at once would time each other out on a busy machine. */
const BATCH = 5;

/** Splits `n` into numbers of at most one batch each. */
export function batchesOf(n: number): number[] {
  const whole = Array.from({ length: Math.floor(n / BATCH) }, () => BATCH);
  return n % BATCH === 0 ? whole : [...whole, n % BATCH];
}
