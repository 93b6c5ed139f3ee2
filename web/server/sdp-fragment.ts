import type { Candidate } from '../../contract/operations.ts';

export interface SdpFragment {
  readonly candidates: readonly Candidate[];
  /** True when the fragment says that no more candidates will come. */
  readonly end: boolean;
}

/** Reads a trickle-ice-sdpfrag (RFC 8840): candidates, each under the m-line whose mid it belongs to. */
export function parseSdpFragment(text: string): SdpFragment {
  const candidates: Candidate[] = [];
  let mid: string | undefined;
  let end = false;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('m=')) mid = undefined;
    else if (line.startsWith('a=mid:')) mid = line.slice('a=mid:'.length).trim();
    else if (line.startsWith('a=end-of-candidates')) end = true;
    else if (line.startsWith('a=candidate:'))
      candidates.push({ candidate: line.slice('a='.length), sdpMid: mid ?? '0' });
  }
  return { candidates, end };
}
