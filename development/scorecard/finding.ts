/** What one check of the scorecard found. `code`: as the flow library's own scorecard calls it. */
export interface Finding {
  readonly code: string;
  readonly passed: boolean;
  readonly words: string;
}

export function finding(code: string, passed: boolean, words: string): Finding {
  return { code, passed, words };
}
