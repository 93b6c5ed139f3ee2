import type { AccessUnit } from '../../media/access-unit.ts';
import { NalType, nalTypeOf } from '../../media/h264-nal.ts';
import { ChunkQueue } from './chunk-queue.ts';

/** The bytes are not FLV with H.264 in it, or are damaged. */
export class FlvFormatError extends Error {
  override readonly name = 'FlvFormatError';
}

const FILE_HEADER_BYTES = 9;
const BACK_POINTER_BYTES = 4;
const TAG_HEADER_BYTES = 11;
const VIDEO_TAG = 9;
const VIDEO_HEADER_BYTES = 5;
const CODEC_AVC = 7;
const KEYFRAME = 1;
const SEQUENCE_HEADER = 0;
const NAL_UNITS = 1;
const CONFIGURATION_HEAD_BYTES = 6;
const MAX_TAG_BYTES = 8 * 1024 * 1024;

/**
 * Reads the H.264 access units out of an FLV stream (Adobe Flash Video File Format 10.1, annex E) as ffmpeg writes it
 * to a pipe.
 *
 * FLV says how long each picture is. A plain H.264 byte stream does not: there the end of a picture shows only with
 * the next one, a frame interval later, or has to be guessed from the writer's silence.
 */
export class FlvReader {
  readonly #queue = new ChunkQueue();
  #hasFileHeader = false;
  #tagSinceUs: number | undefined;
  #nalLengthBytes = 4;
  #parameterSets: readonly Buffer[] = [];

  /**
   * Takes the next bytes, cut anywhere, and returns the access units they completed, each key frame with SPS and PPS.
   *
   * @param nowUs the arrival of these bytes on a monotonic clock, in microseconds.
   * @throws FlvFormatError after which nothing sensible can be read.
   */
  push(chunk: Buffer, nowUs: number): AccessUnit[] {
    this.#queue.append(chunk);
    this.#tagSinceUs ??= nowUs;
    const units: AccessUnit[] = [];
    for (let tag = this.#takeTag(); tag !== undefined; tag = this.#takeTag()) {
      const unit = this.#readTag(tag, this.#tagSinceUs);
      if (unit !== undefined) units.push(unit);
      this.#tagSinceUs = nowUs;
    }
    if (this.#queue.bytes === 0) this.#tagSinceUs = undefined;
    return units;
  }

  #takeTag(): Buffer | undefined {
    if (!this.#hasFileHeader && !this.#takeFileHeader()) return undefined;
    const header = this.#queue.peek(TAG_HEADER_BYTES);
    if (header === undefined) return undefined;
    const dataBytes = header.readUIntBE(1, 3);
    if (dataBytes > MAX_TAG_BYTES) throw new FlvFormatError(`a picture has ${dataBytes} bytes`);
    return this.#queue.take(TAG_HEADER_BYTES + dataBytes + BACK_POINTER_BYTES);
  }

  #takeFileHeader(): boolean {
    const header = this.#queue.take(FILE_HEADER_BYTES + BACK_POINTER_BYTES);
    if (header === undefined) return false;
    if (header.toString('latin1', 0, 3) !== 'FLV') throw new FlvFormatError('the output is not FLV');
    this.#hasFileHeader = true;
    return true;
  }

  #readTag(tag: Buffer, sinceUs: number): AccessUnit | undefined {
    const data = tag.subarray(TAG_HEADER_BYTES, tag.length - BACK_POINTER_BYTES);
    if (tag[0] !== VIDEO_TAG || data.length < VIDEO_HEADER_BYTES) return undefined;
    const kind = data.readUInt8(0);
    if ((kind & 0x0f) !== CODEC_AVC) throw new FlvFormatError('the video is not H.264');
    const body = data.subarray(VIDEO_HEADER_BYTES);
    if (data[1] === SEQUENCE_HEADER) this.#readConfiguration(body);
    if (data[1] !== NAL_UNITS) return undefined;
    return this.#toAccessUnit(splitByLength(body, this.#nalLengthBytes), kind >> 4 === KEYFRAME, sinceUs);
  }

  /** `AVCDecoderConfigurationRecord`, ISO/IEC 14496-15 §5.3.3.1. */
  #readConfiguration(record: Buffer): void {
    if (record.length < CONFIGURATION_HEAD_BYTES) throw new FlvFormatError('the H.264 configuration is cut');
    this.#nalLengthBytes = (record.readUInt8(4) & 0x03) + 1;
    const sps = takeParameterSets(record, CONFIGURATION_HEAD_BYTES - 1, 0x1f);
    const pps = takeParameterSets(record, sps.end, 0xff);
    this.#parameterSets = [...sps.nalUnits, ...pps.nalUnits];
  }

  #toAccessUnit(nalUnits: Buffer[], isMarkedKeyframe: boolean, sinceUs: number): AccessUnit | undefined {
    const coded = nalUnits.filter((nalUnit) => isWorthSending(nalTypeOf(nalUnit)));
    if (coded.length === 0) return undefined;
    const isKeyframe = isMarkedKeyframe && coded.some((nalUnit) => nalTypeOf(nalUnit) === NalType.idr);
    const needsParameterSets = isKeyframe && !coded.some((nalUnit) => nalTypeOf(nalUnit) === NalType.sps);
    return {
      nalUnits: needsParameterSets ? [...this.#parameterSets, ...coded] : coded,
      captureTimeUs: sinceUs,
      isKeyframe,
    };
  }
}

function isWorthSending(nalType: number): boolean {
  return nalType !== NalType.accessUnitDelimiter && nalType !== NalType.filler;
}

function splitByLength(body: Buffer, lengthBytes: number): Buffer[] {
  const nalUnits: Buffer[] = [];
  let offset = 0;
  while (offset + lengthBytes <= body.length) {
    const start = offset + lengthBytes;
    offset = start + body.readUIntBE(offset, lengthBytes);
    if (offset > body.length) throw new FlvFormatError('a NAL unit is longer than its picture');
    if (offset > start) nalUnits.push(body.subarray(start, offset));
  }
  return nalUnits;
}

function takeParameterSets(
  record: Buffer,
  offset: number,
  countMask: number,
): { readonly nalUnits: readonly Buffer[]; readonly end: number } {
  const count = (record[offset] ?? 0) & countMask;
  const nalUnits: Buffer[] = [];
  let end = offset + 1;
  for (let i = 0; i < count; i += 1) {
    const start = end + 2;
    if (start > record.length) throw new FlvFormatError('the H.264 configuration is cut');
    end = start + record.readUInt16BE(end);
    nalUnits.push(record.subarray(start, end));
  }
  return { nalUnits, end };
}
