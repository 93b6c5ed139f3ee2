import { describe, expect, test } from '@jest/globals';
import { CameraError } from '../../../contract/errors.ts';
import type { AudioPacket } from '../../../device/audio/audio-packet.ts';
import { AudioStream } from '../../../device/audio/audio-stream.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { ManualClock } from '../manual-clock.ts';
import { FakeMicrophone } from './fake-microphone.ts';

function setUp() {
  const clock = new ManualClock();
  const microphone = new FakeMicrophone();
  const seen = { changes: 0, isAllowed: true };
  const stream = new AudioStream({
    source: microphone,
    clock,
    logger: silentLogger,
    checkAllowed: () => {
      if (!seen.isAllowed) throw new CameraError('forbidden', 'turned off');
    },
    handleChange: () => (seen.changes += 1),
  });
  return { clock, microphone, stream, seen };
}

/** Lets promises that are settled run on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the microphone', () => {
  test('is on while somebody listens, and not a moment longer', async () => {
    const { microphone, stream } = setUp();
    expect(microphone.starts).toBe(0);
    const leaves = [stream.join(() => undefined), stream.join(() => undefined)];
    expect([microphone.starts, stream.running]).toEqual([1, true]);
    leaves[0]?.();
    leaves[0]?.();
    expect(microphone.running).toBe(true);
    leaves[1]?.();
    expect(stream.running).toBe(false);
    await settled();
    expect(microphone.running).toBe(false);
  });

  test('is off after a stop, whoever listened, and a leave afterwards changes nothing', async () => {
    const { microphone, stream } = setUp();
    const packets: AudioPacket[] = [];
    const leave = stream.join((packet) => packets.push(packet));
    const stopped = stream.stop();
    microphone.speak(1_000_000);
    await stopped;
    leave();
    expect([packets.length, microphone.running, microphone.stops]).toEqual([0, false, 1]);
  });

  test('is not turned on where that is not allowed', () => {
    const { microphone, stream, seen } = setUp();
    seen.isAllowed = false;
    expect(() => stream.join(() => undefined)).toThrow('turned off');
    expect(microphone.starts).toBe(0);
  });

  test('that fails is tried again with growing pauses, and those who listen hear it when it is back', () => {
    const { clock, microphone, stream } = setUp();
    const packets: AudioPacket[] = [];
    stream.join((packet) => packets.push(packet));
    const pauses = [500, 1_000, 2_000];
    for (const [n, pause] of pauses.entries()) {
      microphone.fail();
      clock.advance(pause - 1);
      expect(microphone.starts).toBe(n + 1);
      clock.advance(1);
      expect(microphone.starts).toBe(n + 2);
    }
    microphone.speak(clock.nowUs());
    expect(packets).toHaveLength(1);
  });

  test('tells why it fails until there is sound again', () => {
    const { clock, microphone, stream, seen } = setUp();
    stream.join(() => undefined);
    microphone.fail('no such microphone');
    expect(stream.error?.message).toBe('no such microphone');
    const told = seen.changes;
    expect(told).toBeGreaterThan(0);
    clock.advance(500);
    microphone.speak(clock.nowUs());
    expect(stream.error).toBeNull();
    expect(seen.changes).toBeGreaterThan(told);
  });
});

describe('those who listen', () => {
  test('share each packet', () => {
    const { microphone, stream } = setUp();
    const heard: AudioPacket[][] = [[], []];
    for (const packets of heard) stream.join((packet) => packets.push(packet));
    microphone.speak(1_000_000);
    microphone.speak(1_020_000);
    expect(heard[0]).toHaveLength(2);
    expect(heard[0]?.[0]).toBe(heard[1]?.[0]);
    const [first, second] = heard[0] ?? [];
    expect((second?.rtpTimestamp ?? 0) - (first?.rtpTimestamp ?? 0)).toBe(960);
  });

  test('hear on when one of them fails', () => {
    const { microphone, stream } = setUp();
    let calls = 0;
    const packets: AudioPacket[] = [];
    stream.join(() => {
      calls += 1;
      throw new Error('cannot');
    });
    stream.join((packet) => packets.push(packet));
    microphone.speak(1_000_000);
    microphone.speak(1_020_000);
    expect([calls, packets.length]).toEqual([1, 2]);
  });
});
