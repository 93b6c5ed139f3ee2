import {
  REJECTED_PORT,
  attribute,
  attributes,
  type SdpSection,
  type SplitSdp,
} from '../../media/sdp-sections.ts';

const TRANSPORT_ATTRIBUTES = ['ice-ufrag', 'ice-pwd', 'ice-options', 'fingerprint', 'setup'];

/** The mids that share a transport with this one, in their order (RFC 9143 §7); this one alone without a bundle. */
export function bundleOf(split: SplitSdp, mid: string): readonly string[] {
  const groups = attributes(split.sessionLines, 'group').map((value) => value.split(/\s+/u));
  const group = groups.find(([kind, ...mids]) => kind === 'BUNDLE' && mids.includes(mid));
  return group?.slice(1) ?? [mid];
}

/**
 * The transport's lines: those of the first of `accepted` that has some – the bundle's transport is that of its first
 * section which is not rejected (RFC 9143 §7.3.1) –, else those of another section, else the session's.
 */
export function transportLines(split: SplitSdp, accepted: readonly SdpSection[]): string[] {
  const owner = [...accepted, ...split.sections].find(({ lines }) => ufragOf(lines) !== undefined);
  return TRANSPORT_ATTRIBUTES.flatMap((name) => {
    const own = attributes(owner?.lines ?? [], name);
    return (own.length > 0 ? own : attributes(split.sessionLines, name)).map((value) => `a=${name}:${value}`);
  });
}

export function isTransportAttribute(name: string): boolean {
  return TRANSPORT_ATTRIBUTES.includes(name);
}

/** The candidates of a transport, in whichever of these sections they stand. */
export function candidatesOf(sections: readonly SdpSection[], transport: readonly string[]): string[] {
  const ufrag = ufragOf(transport);
  const own = sections.filter(({ lines }) => (ufragOf(lines) ?? ufrag) === ufrag);
  return [...new Set(own.flatMap(({ lines }) => attributes(lines, 'candidate')))];
}

/** The first of the bundle (its tag), when that is other media on the same transport. */
export function carrierOf(
  split: SplitSdp,
  bundle: readonly string[],
  accepted: readonly SdpSection[],
  transport: readonly string[],
): number | undefined {
  const [tag] = bundle;
  const index = split.sections.findIndex(({ lines }) => attribute(lines, 'mid') === tag);
  const section = split.sections[index];
  if (!section || accepted.includes(section) || section.port === REJECTED_PORT) return undefined;
  const isMedia = section.kind === 'audio' || section.kind === 'video';
  return isMedia && ufragOf(section.lines) === ufragOf(transport) ? index : undefined;
}

function ufragOf(lines: readonly string[]): string | undefined {
  return attribute(lines, 'ice-ufrag');
}
