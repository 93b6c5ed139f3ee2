import { describe, expect, test } from '@jest/globals';
import type { LiveViewPacket } from '../../../camera-client/live-view.ts';
import { AudioRelay, type AudioFormat } from '../../../homebridge-plugin/apple-home/audio-relay.ts';
import type { RelayedPacket } from '../../../homebridge-plugin/apple-home/video-relay.ts';

const FIRST_TIMESTAMP = 2 ** 32 - 500;
const FRAME_TICKS = 960;
/** CELT, full band, 20 ms, mono, one frame. */
const KIND = 0xf8;
const OTHER_KIND = 0xfc;

function newRelay(format: AudioFormat): AudioRelay {
  return new AudioRelay({ ...format, firstSequenceNumber: 100, firstTimestamp: FIRST_TIMESTAMP });
}

/** The nth packet of a microphone, 20 ms each. */
function packet(nth: number, kind = KIND, firstTimestamp = 7_000): LiveViewPacket {
  return {
    index: nth,
    timestamp: (firstTimestamp + nth * FRAME_TICKS) % 2 ** 32,
    marker: false,
    payload: Buffer.of(kind, nth, nth),
  };
}

function relayAll(relay: AudioRelay, packets: readonly LiveViewPacket[]): RelayedPacket[] {
  return packets.flatMap((one) => relay.push(one, one.index * 20));
}

function nths(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => nth);
}

/** From the first packet on, over the wrap. */
function elapsed(packets: readonly RelayedPacket[]): number[] {
  return packets.map(({ timestamp }) => (timestamp - FIRST_TIMESTAMP + 2 ** 32) % 2 ** 32);
}

describe('the sound for Apple Home', () => {
  test.each([
    [16, 20, [0, 320, 640, 960, 1280, 1600]],
    [16, 40, [0, 640, 1280]],
    [24, 60, [0, 1440]],
    [8, 60, [0, 480]],
    // There are no frames of 10 ms to make 30 of: each goes out as it is, at its own time.
    [24, 30, [0, 480, 960, 1440, 1920, 2400]],
  ])('has timestamps of %i kHz and packets of %i ms', (sampleRateKhz, packetTimeMs, expected) => {
    const sent = relayAll(
      newRelay({ sampleRateKhz, packetTimeMs }),
      nths(6).map((nth) => packet(nth)),
    );
    expect(elapsed(sent)).toEqual(expected);
    expect(sent.map(({ sequenceNumber }) => sequenceNumber)).toEqual(expected.map((_, nth) => 100 + nth));
  });

  test('goes through as it is when the packets are as long as they should be', () => {
    const given = packet(1);
    const [sent] = relayAll(newRelay({ sampleRateKhz: 16, packetTimeMs: 20 }), [given]);
    expect(sent?.payload).toBe(given.payload);
  });

  test('has the frames of several packets in one, with their lengths', () => {
    const [sent] = relayAll(
      newRelay({ sampleRateKhz: 16, packetTimeMs: 60 }),
      [0, 1, 2].map((nth) => packet(nth)),
    );
    expect(sent?.payload.toString('hex')).toBe('fb83' + '0202' + '000001010202');
  });

  test('leaves the place of a lost frame empty, within a packet and between them', () => {
    const relay = newRelay({ sampleRateKhz: 16, packetTimeMs: 60 });
    const sent = relayAll(
      relay,
      [0, 2, 3, 4, 7, 8, 9, 10, 11].map((nth) => packet(nth)),
    );
    expect(elapsed(sent)).toEqual([0, 960, 2240]);
    expect(sent[0]?.payload.toString('hex')).toBe('fb83' + '0200' + '00000202');
    expect(sent[1]?.payload.toString('hex')).toBe('fb82' + '02' + '03030404');
  });

  test('does not put frames of different kinds into one packet', () => {
    const relay = newRelay({ sampleRateKhz: 16, packetTimeMs: 40 });
    const sent = relayAll(relay, [packet(0), packet(1, OTHER_KIND), packet(2, OTHER_KIND)]);
    expect(elapsed(sent)).toEqual([0, 320]);
    expect(sent.map(({ payload }) => payload[0])).toEqual([KIND | 3, OTHER_KIND | 3]);
  });

  test('goes on in time after the view was set up anew, and over the wrap of its timestamps', () => {
    const relay = newRelay({ sampleRateKhz: 16, packetTimeMs: 20 });
    const before = relayAll(
      relay,
      [0, 1].map((nth) => packet(nth, KIND, 2 ** 32 - FRAME_TICKS)),
    );
    relay.restart();
    const after = relay.push(packet(0, KIND, 99), 1_020);
    expect(elapsed([...before, ...after])).toEqual([0, 320, 320 + 16_000]);
  });

  test('drops what comes twice or is no Opus', () => {
    const relay = newRelay({ sampleRateKhz: 16, packetTimeMs: 20 });
    const empty = { ...packet(1), payload: Buffer.alloc(0) };
    expect(relayAll(relay, [packet(0), packet(0), empty])).toHaveLength(1);
  });

  test('tells its clock for the reports', () => {
    const relay = newRelay({ sampleRateKhz: 24, packetTimeMs: 20 });
    expect(relay.timestampAt(0)).toBeUndefined();
    relay.push(packet(0), 1_000);
    expect(relay.timestampAt(1_500)).toBe((FIRST_TIMESTAMP + 12_000) % 2 ** 32);
  });
});
