import { box, fullBox, uint16, uint32, zeros } from './box.ts';
import {
  aacSampleEntry,
  avcSampleEntry,
  pictureSize,
  type AacFormat,
  type ParameterSets,
} from './sample-descriptions.ts';

export const VIDEO_TRACK = 1;
export const AUDIO_TRACK = 2;
/** The clock of RTP, so that its timestamps are kept as they are. */
export const VIDEO_TIMESCALE = 90_000;

const MOVIE_TIMESCALE = 1_000;
const ENABLED_IN_MOVIE = 0x3;
const SELF_CONTAINED = 0x1;
const UNKNOWN_LANGUAGE = 0x55c4;
const FULL_VOLUME = 0x0100;
const NORMAL_SPEED = 0x0001_0000;
const UNROTATED = uint32(0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000);

interface Track {
  readonly id: number;
  readonly timescale: number;
  readonly handler: 'vide' | 'soun';
  readonly size: { readonly width: number; readonly height: number };
  readonly mediaHeader: Buffer;
  readonly sampleEntry: Buffer;
}

/**
 * What a fragmented MP4 begins with (`ftyp` and `moov`): a track of H.264, and one of AAC if wanted. No media are in it.
 * @throws Error when the parameter sets cannot be read.
 */
export function initializationSegment(video: ParameterSets, audio?: AacFormat): Buffer {
  const tracks = [videoTrack(video), ...(audio ? [audioTrack(audio)] : [])];
  const movie = box(
    'moov',
    movieHeader(tracks.length + 1),
    ...tracks.map(trackBox),
    box('mvex', ...tracks.map(({ id }) => fullBox('trex', 0, 0, uint32(id, 1, 0, 0, 0)))),
  );
  return Buffer.concat([fileType(), movie]);
}

function videoTrack(sets: ParameterSets): Track {
  return {
    id: VIDEO_TRACK,
    timescale: VIDEO_TIMESCALE,
    handler: 'vide',
    size: pictureSize(sets),
    mediaHeader: fullBox('vmhd', 0, 1, zeros(8)),
    sampleEntry: avcSampleEntry(sets),
  };
}

function audioTrack(format: AacFormat): Track {
  return {
    id: AUDIO_TRACK,
    timescale: format.sampleRate,
    handler: 'soun',
    size: { width: 0, height: 0 },
    mediaHeader: fullBox('smhd', 0, 0, zeros(4)),
    sampleEntry: aacSampleEntry(format),
  };
}

function fileType(): Buffer {
  return box('ftyp', Buffer.from('iso5'), uint32(512), Buffer.from('iso5iso6mp41'));
}

function movieHeader(nextTrack: number): Buffer {
  return fullBox(
    'mvhd',
    0,
    0,
    uint32(0, 0, MOVIE_TIMESCALE, 0, NORMAL_SPEED),
    uint16(FULL_VOLUME),
    zeros(10),
    UNROTATED,
    zeros(24),
    uint32(nextTrack),
  );
}

function trackBox(track: Track): Buffer {
  return box('trak', trackHeader(track), box('mdia', ...mediaBoxes(track)));
}

function trackHeader({ id, handler, size }: Track): Buffer {
  return fullBox(
    'tkhd',
    0,
    ENABLED_IN_MOVIE,
    uint32(0, 0, id, 0, 0),
    zeros(12),
    uint16(handler === 'soun' ? FULL_VOLUME : 0, 0),
    UNROTATED,
    uint32(size.width * 65_536, size.height * 65_536),
  );
}

function mediaBoxes({ timescale, handler, mediaHeader, sampleEntry }: Track): Buffer[] {
  const name = Buffer.from('Picam\0');
  return [
    fullBox('mdhd', 0, 0, uint32(0, 0, timescale, 0), uint16(UNKNOWN_LANGUAGE, 0)),
    fullBox('hdlr', 0, 0, zeros(4), Buffer.from(handler), zeros(12), name),
    box('minf', mediaHeader, dataInformation(), sampleTable(sampleEntry)),
  ];
}

function dataInformation(): Buffer {
  return box('dinf', fullBox('dref', 0, 0, uint32(1), fullBox('url ', 0, SELF_CONTAINED)));
}

/** Empty but for the description: the samples are in the fragments. */
function sampleTable(sampleEntry: Buffer): Buffer {
  return box(
    'stbl',
    fullBox('stsd', 0, 0, uint32(1), sampleEntry),
    fullBox('stts', 0, 0, uint32(0)),
    fullBox('stsc', 0, 0, uint32(0)),
    fullBox('stsz', 0, 0, uint32(0, 0)),
    fullBox('stco', 0, 0, uint32(0)),
  );
}
