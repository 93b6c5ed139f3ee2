import { ANY_PORT, REJECTED_PORT, attribute, joinSdp, splitSdp, type SdpSection } from './sdp-sections.ts';
import type { VideoOffer } from './video-offer.ts';

const NO_ADDRESS = 'c=IN IP4 0.0.0.0';
const INACTIVE = 'a=inactive';
const TRANSPORT = /^a=(?:ice-|fingerprint:|setup:|candidate:|end-of-candidates|rtcp-mux)/u;

/**
 * The whole answer: `answeredSdp` for the video, and every other section of the offer rejected.
 *
 * Browsers with one transport for all (bundlePolicy "max-bundle") lose it with a rejected first section, so that one
 * stays, inactive.
 */
export function completeAnswer(offer: VideoOffer, answeredSdp: string): string {
  const answered = splitSdp(answeredSdp);
  const video = answered?.sections[0];
  if (!answered || !video) throw new Error('the answer to the video holds no video');
  const carrier = offer.carrier === undefined ? undefined : offer.sections[offer.carrier];
  const sections = offer.sections.map((section, index) => {
    if (index === offer.index) return video;
    return section === carrier ? inactive(section, video) : rejected(section);
  });
  const carrierMid = carrier && attribute(carrier.lines, 'mid');
  const sessionLines = answered.sessionLines.map((line) =>
    carrierMid !== undefined && line.startsWith('a=group:BUNDLE ')
      ? `a=group:BUNDLE ${carrierMid} ${offer.mid}`
      : line,
  );
  return joinSdp({ sessionLines, sections });
}

/** Accepted, with the first of its formats and the video's transport, but without media. */
function inactive(section: SdpSection, video: SdpSection): SdpSection {
  const [format = ''] = section.formats;
  const kept = section.lines.filter(
    (line) =>
      line.startsWith('a=mid:') ||
      line.startsWith(`a=rtpmap:${format} `) ||
      line.startsWith(`a=fmtp:${format} `),
  );
  const transport = video.lines.filter((line) => TRANSPORT.test(line));
  const lines = [NO_ADDRESS, INACTIVE, ...kept, ...transport];
  return { ...section, port: ANY_PORT, formats: [format], lines };
}

/** Some viewers read the SCTP port of a data channel even when it is rejected. */
function rejected({ kind, protocol, formats, lines }: SdpSection): SdpSection {
  const kept = lines.filter((line) => line.startsWith('a=mid:') || line.startsWith('a=sctp-port:'));
  return { kind, port: REJECTED_PORT, protocol, formats, lines: [NO_ADDRESS, INACTIVE, ...kept] };
}
