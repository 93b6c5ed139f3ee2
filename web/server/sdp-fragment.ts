import type { Candidate, IceDescription } from '../../contract/operations.ts';

export interface SdpFragment {
  /** The first section's. */
  readonly mid: string | undefined;
  readonly iceUfrag: string | undefined;
  readonly icePwd: string | undefined;
  readonly candidates: readonly Candidate[];
  /** True when the fragment says that no more candidates will come. */
  readonly end: boolean;
}

/** Reads a trickle-ice-sdpfrag (RFC 8840): credentials, and candidates, each under the m-line whose mid it belongs to. */
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
  const first = (name: string) => new RegExp(`^a=${name}:(\\S+)`, 'mu').exec(text)?.[1];
  return {
    mid: first('mid'),
    iceUfrag: first('ice-ufrag'),
    icePwd: first('ice-pwd'),
    candidates,
    end,
  };
}

/** The other end's part of an ICE restart, for the section that both ends share. */
export function writeSdpFragment(mid: string, { iceUfrag, icePwd, candidates }: IceDescription): string {
  const lines = [
    'm=video 9 UDP/TLS/RTP/SAVPF 0',
    `a=mid:${mid}`,
    `a=ice-ufrag:${iceUfrag}`,
    `a=ice-pwd:${icePwd}`,
    ...candidates.map((candidate) => `a=${candidate}`),
    'a=end-of-candidates',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
