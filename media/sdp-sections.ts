/** Of a section in use, while candidates tell the real one. */
export const ANY_PORT = '9';
/** Of a section that is rejected (RFC 3264 §6). */
export const REJECTED_PORT = '0';

/** One media description of an SDP (RFC 8866 §5.14): its m-line and what follows up to the next one. */
export interface SdpSection {
  readonly kind: string;
  readonly port: string;
  readonly protocol: string;
  readonly formats: readonly string[];
  /** Without the m-line. */
  readonly lines: readonly string[];
}

export interface SplitSdp {
  readonly sessionLines: readonly string[];
  readonly sections: readonly SdpSection[];
}

/** Cuts an SDP into its session part and its media sections; undefined when it is none. */
export function splitSdp(sdp: string): SplitSdp | undefined {
  const lines = sdp.split(/\r\n|\r|\n/u).filter((line) => line !== '');
  if (lines[0] !== 'v=0') return undefined;
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  const sections = starts.map((start, nth) => parseSection(lines.slice(start, starts[nth + 1])));
  return { sessionLines: lines.slice(0, starts[0]), sections };
}

export function joinSdp({ sessionLines, sections }: SplitSdp): string {
  const lines = [...sessionLines, ...sections.flatMap((section) => [mediaLine(section), ...section.lines])];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The value of the first `a=<name>:` line. */
export function attribute(lines: readonly string[], name: string): string | undefined {
  return attributes(lines, name)[0];
}

export function attributes(lines: readonly string[], name: string): string[] {
  const start = `a=${name}:`;
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length).trim());
}

/** The formats of a section that its m-line lists, with their encodings in lower case, such as `h264/90000`. */
export function encodings({ formats, lines }: SdpSection): { payloadType: string; encoding: string }[] {
  return attributes(lines, 'rtpmap')
    .map((value) => value.split(/\s+/u))
    .map(([payloadType = '', encoding = '']) => ({ payloadType, encoding: encoding.toLowerCase() }))
    .filter(({ payloadType }) => formats.includes(payloadType));
}

/** A port of 0 rejects a section, except in a bundle where it leaves the transport to another (RFC 9143 §6). */
export function isOffered({ port, lines }: SdpSection): boolean {
  return port !== REJECTED_PORT || lines.includes('a=bundle-only');
}

export function wantsToReceive(split: SplitSdp, section: SdpSection): boolean {
  return ['a=sendrecv', 'a=recvonly'].includes(directionOf(split, section));
}

export function wantsToSend(split: SplitSdp, section: SdpSection): boolean {
  return ['a=sendrecv', 'a=sendonly'].includes(directionOf(split, section));
}

function directionOf(split: SplitSdp, section: SdpSection): string {
  const isDirection = (line: string) => /^a=(?:sendrecv|recvonly|sendonly|inactive)$/u.test(line);
  return section.lines.find(isDirection) ?? split.sessionLines.find(isDirection) ?? 'a=sendrecv';
}

function parseSection([first = '', ...lines]: readonly string[]): SdpSection {
  const [kind = '', port = '', protocol = '', ...formats] = first.slice('m='.length).trim().split(/\s+/u);
  return { kind, port, protocol, formats, lines };
}

function mediaLine({ kind, port, protocol, formats }: SdpSection): string {
  return `m=${[kind, port, protocol, ...formats].join(' ')}`;
}
