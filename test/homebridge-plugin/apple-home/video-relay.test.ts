import { describe, expect, test } from '@jest/globals';
import type { LiveViewPacket } from '../../../camera-client/live-view.ts';
import { VideoRelay, type RelayedPacket } from '../../../homebridge-plugin/apple-home/video-relay.ts';
import { decodeH264Payload } from '../../../media/h264-payload.ts';
import { nalTypeOf } from '../../../media/h264-nal.ts';

const SPS = Buffer.from('6742c01fd9', 'hex');
const PPS = Buffer.from('68cb83cb20', 'hex');
const SEI = Buffer.from('060102', 'hex');
const DELIMITER = Buffer.from('0910', 'hex');
const FILLER = Buffer.from('0cff80', 'hex');
const IDR = Buffer.from('65888400', 'hex');
const LATER_IDR_SLICE = Buffer.from('65448400', 'hex');
const P = Buffer.from('419a2400', 'hex');

function stapA(...nalUnits: Buffer[]): Buffer {
  const parts = nalUnits.flatMap((nalUnit) => [Buffer.of(0, nalUnit.length), nalUnit]);
  return Buffer.concat([Buffer.of(0x78), ...parts]);
}

/** Packets of pictures, each a list of payloads, numbered from `first` on; 3000 ticks from one picture to the next. */
function pictures(first: number, ...payloads: readonly Buffer[][]): LiveViewPacket[] {
  let index = first - 1;
  return payloads.flatMap((picture, nth) =>
    picture.map((payload, place) => {
      index += 1;
      return { index, timestamp: nth * 3000, marker: place === picture.length - 1, payload };
    }),
  );
}

function types({ payload }: RelayedPacket): number[] {
  const decoded = decodeH264Payload(payload);
  return decoded.kind === 'nalUnits' ? decoded.nalUnits.map(nalTypeOf) : [];
}

function newRelay(): VideoRelay {
  return new VideoRelay({ firstSequenceNumber: 100, firstTimestamp: 2 ** 32 - 1000 });
}

function relayAll(relay: VideoRelay, packets: readonly LiveViewPacket[], nowMs = 0): RelayedPacket[] {
  return packets.flatMap((packet) => relay.push(packet, nowMs));
}

describe('the video relay', () => {
  test('holds everything until a key frame and puts its parameter sets in front', () => {
    const relay = newRelay();
    const sent = relayAll(relay, pictures(65_534, [P], [stapA(SPS, PPS), IDR], [P]));
    expect(sent.map(types)).toEqual([[7, 8], [5], [1]]);
    expect(sent.map(({ sequenceNumber }) => sequenceNumber)).toEqual([100, 101, 102]);
    expect(sent.map(({ marker }) => marker)).toEqual([false, true, true]);
    const [first, second, third] = sent.map(({ timestamp }) => timestamp);
    expect([first, second, third]).toEqual([2 ** 32 - 1000, 2 ** 32 - 1000, 2000]);
  });

  test('holds a key frame whose parameter sets never came', () => {
    expect(relayAll(newRelay(), pictures(1, [IDR], [P]))).toEqual([]);
  });

  test.each([
    ['parameter sets in packets of their own', [DELIMITER, SPS, PPS, SEI, IDR]],
    ['all in one packet', [stapA(DELIMITER, SPS, PPS, SEI, IDR)]],
    ['filler in front', [FILLER, stapA(SPS, PPS), IDR]],
  ])('leaves out all but slices without a gap in the numbers: %s', (_, keyframe) => {
    const sent = relayAll(newRelay(), pictures(10, keyframe, [DELIMITER, P], keyframe, [P]));
    expect(sent.map(types)).toEqual([[7, 8], [5], [1], [7, 8], [5], [1]]);
    expect(sent.map(({ sequenceNumber }) => sequenceNumber)).toEqual([100, 101, 102, 103, 104, 105]);
  });

  test('puts parameter sets once before a key frame of several slices', () => {
    const sent = relayAll(newRelay(), pictures(1, [stapA(SPS, PPS), IDR, LATER_IDR_SLICE]));
    expect(sent.map(types)).toEqual([[7, 8], [5], [5]]);
  });

  test('passes fragments on as they are', () => {
    const start = Buffer.from('7c858884', 'hex');
    const end = Buffer.from('7c450011', 'hex');
    const sent = relayAll(newRelay(), pictures(1, [stapA(SPS, PPS), start, end]));
    expect(sent.map(({ payload }) => payload).slice(1)).toEqual([start, end]);
  });

  test.each([
    [1, 1],
    [100, 100],
    [16_384, 16_384],
    [40_000, 16_384],
  ])('shows a loss of %i packets as a gap of %i', (lost, gap) => {
    const relay = newRelay();
    const before = pictures(65_500, [stapA(SPS, PPS), IDR], [P]);
    const after = pictures(65_503 + lost, [P]);
    const sent = relayAll(relay, [...before, ...after]);
    expect(sent.map(({ sequenceNumber }) => sequenceNumber)).toEqual([100, 101, 102, 103 + gap]);
    expect(relay.lostPackets).toBe(lost);
  });

  test('goes on with its own numbers when the camera starts anew', () => {
    const relay = newRelay();
    const keyframe = [stapA(SPS, PPS), IDR];
    relayAll(relay, pictures(1, keyframe, [P]), 0);
    relay.restart();
    expect(relay.isOpen).toBe(false);
    const sent = relayAll(relay, pictures(40_000, [P], keyframe), 1000);
    expect(sent.map(({ sequenceNumber }) => sequenceNumber)).toEqual([103, 104]);
    expect(sent[0]?.timestamp).toBe(2000 + 90_000);
    expect(relay.lostPackets).toBe(0);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a broken STAP-A', Buffer.from('78ffff00', 'hex')],
    ['a type that does not exist', Buffer.of(0x1f)],
  ])('survives %s', (_, payload) => {
    const sent = relayAll(newRelay(), pictures(1, [stapA(SPS, PPS), IDR], [payload], [P]));
    expect(sent.map(({ sequenceNumber }) => sequenceNumber)).toEqual([100, 101, 102]);
  });
});
