import { OPUS_CLOCK_RATE } from '../../media/opus-packet.ts';
import type { OfferedAudio } from './audio-offer.ts';
import { dataSection } from './data-channel/data-offer.ts';
import type { AudioSendFormat } from './media-path/media-transport.ts';
import {
  ANY_PORT,
  REJECTED_PORT,
  attribute,
  joinSdp,
  splitSdp,
  type SdpSection,
} from '../../media/sdp-sections.ts';
import type { VideoOffer } from './video-offer.ts';

/** Of picture and sound, so that a player shows them together. */
export const STREAM_ID = 'picam';
const AUDIO_TRACK_ID = 'picam-audio';
const NO_ADDRESS = 'c=IN IP4 0.0.0.0';
const INACTIVE = 'a=inactive';
const TRANSPORT = /^a=(?:ice-|fingerprint:|setup:|candidate:|end-of-candidates|rtcp-mux)/u;

/**
 * The whole answer: `answeredSdp` for the video, the sections of the sound and of data channels when the offer has a place
 * for them, and every other section of the offer rejected.
 *
 * Browsers with one transport for all (bundlePolicy "max-bundle") lose it with a rejected first section, so that one
 * stays, inactive.
 */
export function completeAnswer(offer: VideoOffer, answeredSdp: string, audio?: AudioSendFormat): string {
  const answered = splitSdp(answeredSdp);
  const [video, data] = answered?.sections ?? [];
  if (!answered || !video) throw new Error('the answer to the video holds no video');
  const sections = offer.sections.map((section, index) => {
    if (index === offer.index) return video;
    if (audio && index === offer.audio?.index) return withSound(offer.audio, audio, video);
    if (data && index === offer.data?.index) return withData(offer.data.mid, data, video);
    return index === offer.carrier ? inactive(section, video) : rejected(section);
  });
  const accepted = new Set(
    sections.filter(({ port }) => port !== REJECTED_PORT).map(({ lines }) => attribute(lines, 'mid')),
  );
  const bundle = offer.bundle.filter((mid) => accepted.has(mid));
  const sessionLines = answered.sessionLines.map((line) =>
    line.startsWith('a=group:BUNDLE ') ? `a=group:BUNDLE ${bundle.join(' ')}` : line,
  );
  return joinSdp({ sessionLines, sections });
}

function withSound(offered: OfferedAudio, audio: AudioSendFormat, video: SdpSection): SdpSection {
  const format = String(audio.payloadType);
  const ofSender = (line: string) => (offered.sends ? [line] : []);
  const lines = [
    NO_ADDRESS,
    directionOf(offered),
    `a=mid:${offered.mid}`,
    ...ofSender(`a=msid:${STREAM_ID} ${AUDIO_TRACK_ID}`),
    `a=rtpmap:${format} opus/${OPUS_CLOCK_RATE}/2`,
    ...ofSender(`a=ssrc:${audio.ssrc} cname:${audio.cname}`),
    ...transportOf(video),
  ];
  const { kind, protocol } = offered.section;
  return { kind, port: ANY_PORT, protocol, formats: [format], lines };
}

function directionOf({ sends, receives }: OfferedAudio): string {
  if (sends && receives) return 'a=sendrecv';
  return sends ? 'a=sendonly' : 'a=recvonly';
}

function withData(mid: string, answered: SdpSection, video: SdpSection): SdpSection {
  const port = Number(attribute(answered.lines, 'sctp-port'));
  return dataSection(mid, port, transportOf(video));
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
  const lines = [NO_ADDRESS, INACTIVE, ...kept, ...transportOf(video)];
  return { ...section, port: ANY_PORT, formats: [format], lines };
}

function transportOf({ lines }: SdpSection): string[] {
  return lines.filter((line) => TRANSPORT.test(line));
}

/** Some viewers read the SCTP port of a data channel even when it is rejected. */
function rejected({ kind, protocol, formats, lines }: SdpSection): SdpSection {
  const kept = lines.filter((line) => line.startsWith('a=mid:') || line.startsWith('a=sctp-port:'));
  return { kind, port: REJECTED_PORT, protocol, formats, lines: [NO_ADDRESS, INACTIVE, ...kept] };
}

/** The viewer's side begins DTLS at once; werift would wait 100 ms. */
export function passive({ type, sdp }: { type: string; sdp: string }): { type: 'answer'; sdp: string } {
  if (type !== 'answer') throw new Error(`expected an answer, not "${type}"`);
  return { type, sdp: sdp.replaceAll('a=setup:active', 'a=setup:passive') };
}
