import type { EncodedVideoPacketSource, Output } from 'mediabunny';
import { type AccessUnit, accessUnitToAnnexB } from '../../media/access-unit.ts';
import { NalType, nalTypeOf } from '../../media/h264-nal.ts';
import { parseSps } from '../../media/h264-sps.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;
/** With key frames each second or rarer, every group of pictures is a fragment. */
const SHORTEST_FRAGMENT_S = 1;
const FIRST_PICTURE_DURATION_US = 33_333;

/** Where the file's bytes go; resolves when they are safe. Each call but the first brings whole fragments. */
export type WriteBytes = (bytes: Uint8Array, position: number) => Promise<void>;

/**
 * Writes access units as they are into a fragmented MP4 (ISO/IEC 14496-12 §8.8): what was written before the last
 * whole fragment plays, whatever happens afterwards. Capture times are kept, counted from the first picture.
 */
export class FragmentedMp4 {
  readonly #write: WriteBytes;
  #open:
    | { readonly output: Output; readonly track: EncodedVideoPacketSource; readonly startUs: number }
    | undefined;
  #lastUs = 0;
  #durationUs = FIRST_PICTURE_DURATION_US;

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  /**
   * Adds the next picture; the first must be a key frame with SPS and PPS. One call at a time.
   * @throws Error for a first picture that cannot begin a file, and what `write` rejected with, maybe a call later.
   */
  async add(unit: AccessUnit): Promise<void> {
    const { EncodedPacket } = await loadMediabunny();
    const isFirst = this.#open === undefined;
    const { track, startUs } = (this.#open ??= await this.#begin(unit));
    const timeUs = isFirst ? startUs : Math.max(unit.captureTimeUs, this.#lastUs + 1);
    if (!isFirst) this.#durationUs = timeUs - this.#lastUs;
    this.#lastUs = timeUs;
    const packet = new EncodedPacket(
      accessUnitToAnnexB(unit),
      unit.isKeyframe ? 'key' : 'delta',
      (timeUs - startUs) / MICROSECONDS_PER_SECOND,
      this.#durationUs / MICROSECONDS_PER_SECOND,
    );
    await track.add(packet, isFirst ? { decoderConfig: decoderConfigOf(unit) } : undefined);
  }

  /** Writes what is left and the index. */
  async finish(): Promise<void> {
    await this.#open?.output.finalize();
  }

  async #begin(unit: AccessUnit) {
    const { EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget } = await loadMediabunny();
    const write = this.#write;
    const target = new StreamTarget(
      new WritableStream({ write: ({ data, position }) => write(data, position) }),
    );
    const format = new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: SHORTEST_FRAGMENT_S,
    });
    const output = new Output({ format, target });
    const track = new EncodedVideoPacketSource('avc');
    output.addVideoTrack(track);
    await output.start();
    return { output, track, startUs: unit.captureTimeUs };
  }
}

function decoderConfigOf(unit: AccessUnit) {
  const nalUnit = unit.nalUnits.find((candidate) => nalTypeOf(candidate) === NalType.sps);
  const sps = nalUnit && parseSps(nalUnit);
  if (!sps) throw new Error('a recording can only begin with a key frame that has its parameter sets');
  return { codec: `avc1.${sps.profileLevelId}`, codedWidth: sps.width, codedHeight: sps.height };
}

/** Takes 20 MB and a moment, so it is loaded with the first recording only. */
function loadMediabunny() {
  return import('mediabunny');
}
