import { attributes, encodings, type SdpSection } from '../../media/sdp-sections.ts';

export interface H264Format {
  readonly payloadType: string;
  /** Six lower-case hex digits (RFC 6184 §8.1). */
  readonly profileLevelId: string;
  /** RFC 4588 retransmissions of this format. */
  readonly rtxPayloadTypes: readonly string[];
}

/** What RFC 6184 takes for granted when a format names no profile: Baseline, level 1. */
const DEFAULT_PROFILE_LEVEL_ID = '42000a';

/** The offered format that fits a Constrained Baseline stream in packetization-mode 1 best; undefined without any. */
export function bestH264Format(section: SdpSection): H264Format | undefined {
  const parameters = formatParameters(section);
  const formats = encodings(section)
    .filter(({ encoding }) => encoding === 'h264/90000')
    .filter(({ payloadType }) => parameters.get(payloadType)?.get('packetization-mode') === '1')
    .map(({ payloadType }) => ({
      payloadType,
      profileLevelId: parameters.get(payloadType)?.get('profile-level-id') ?? DEFAULT_PROFILE_LEVEL_ID,
      rtxPayloadTypes: encodings(section)
        .filter(({ encoding }) => encoding === 'rtx/90000')
        .map((rtx) => rtx.payloadType)
        .filter((rtx) => parameters.get(rtx)?.get('apt') === payloadType),
    }));
  return formats.sort((one, other) => rank(one) - rank(other))[0];
}

/** Constrained Baseline is what is sent; every decoder of a higher profile can show it too. */
function rank({ profileLevelId }: H264Format): number {
  if (profileLevelId.startsWith('42e0')) return 0;
  return profileLevelId.startsWith('42') ? 1 : 2;
}

function formatParameters({ lines }: SdpSection): Map<string, Map<string, string>> {
  return new Map(
    attributes(lines, 'fmtp').map((value) => {
      const [payloadType = '', ...rest] = value.split(/\s+/u);
      const pairs = rest.join('').toLowerCase().split(';');
      return [payloadType, new Map(pairs.map((pair) => splitPair(pair)))];
    }),
  );
}

function splitPair(pair: string): [string, string] {
  const [name = '', value = ''] = pair.split('=');
  return [name, value];
}
