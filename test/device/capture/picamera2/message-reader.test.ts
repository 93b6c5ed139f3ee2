import { expect, test } from '@jest/globals';
import { HelperOutput } from '../../../../device/capture/picamera2/helper-output.ts';
import {
  HelperMessageError,
  HelperMessageReader,
} from '../../../../device/capture/picamera2/message-reader.ts';
import { pseudoRandomBytes } from '../../../media/rpicam-recordings.ts';

function message(kind: number, payload: Buffer, { flags = 0, id = 0, timeUs = 0n } = {}): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt8(kind, 0);
  header.writeUInt8(flags, 1);
  header.writeUInt16BE(id, 2);
  header.writeUInt32BE(payload.length, 4);
  header.writeBigInt64BE(timeUs, 8);
  return Buffer.concat([header, payload]);
}
const json = (value: unknown) => message(3, Buffer.from(JSON.stringify(value)));
const PARAMETER_SETS = Buffer.from([0, 0, 0, 1, 0x67, 66, 0, 31, 0, 0, 1, 0x68, 1]);
const KEYFRAME = Buffer.from([0, 0, 0, 1, 0x65, 0x88, 1, 2]);

test('messages are read however they are cut', () => {
  const bytes = Buffer.concat([
    json({ event: 'started', encoder: 'x264' }),
    message(1, KEYFRAME, { flags: 1, timeUs: 5_000_000n }),
    message(2, Buffer.from('jpeg'), { id: 65_535 }),
    json({ reply: 3 }),
    json({ reply: null, error: 'no' }),
    json({ reply: 4, error: 'never', refused: true }),
    json({ event: 'motion', moving: true, score: 8.5 }),
  ]);
  for (const chunkBytes of [1, 7, bytes.length]) {
    const reader = new HelperMessageReader();
    const messages = [];
    for (let at = 0; at < bytes.length; at += chunkBytes)
      messages.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
    expect(messages).toEqual([
      { kind: 'started', encoder: 'x264' },
      { kind: 'access-unit', data: KEYFRAME, isKeyframe: true, capturedAtUs: 5_000_000 },
      { kind: 'jpeg', id: 65_535, data: Buffer.from('jpeg') },
      { kind: 'reply', id: 3, error: undefined, isRefused: false },
      { kind: 'reply', id: null, error: 'no', isRefused: false },
      { kind: 'reply', id: 4, error: 'never', isRefused: true },
      { kind: 'motion', isMoving: true, score: 8.5 },
    ]);
  }
});

test.each([
  ['an unknown kind', message(9, Buffer.alloc(1))],
  ['a picture too large', Buffer.from('01000000ffffffff0000000000000000', 'hex')],
  ['text of another program', Buffer.from('Traceback (most recent call last):\n')],
  ['JSON that is none', message(3, Buffer.from('{'))],
  ['an event nobody knows', json({ event: 'party' })],
])('%s is refused by name', (_, bytes) => {
  expect(() => new HelperMessageReader().push(bytes)).toThrow(HelperMessageError);
});

test('garbage ends in a named error or is waited for, never in anything else', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    try {
      new HelperMessageReader().push(pseudoRandomBytes(400, seed));
    } catch (error) {
      expect(error).toBeInstanceOf(HelperMessageError);
    }
  }
});

test('parameter sets in a message of their own belong to the next picture', () => {
  const output = new HelperOutput(() => undefined);
  expect(output.push(message(1, PARAMETER_SETS), 1)).toEqual([]);
  const [unit] = output.push(message(1, KEYFRAME, { flags: 1 }), 2);
  expect(unit?.nalUnits.map((nalUnit) => nalUnit.readUInt8(0) & 0x1f)).toEqual([7, 8, 5]);
  expect(unit?.isKeyframe).toBe(true);
});

test("the sensor's time counts while it is plausible", () => {
  const output = new HelperOutput(() => undefined);
  const captureTimeUs = (timeUs: bigint) =>
    output.push(message(1, KEYFRAME, { timeUs }), 10_000_000)[0]?.captureTimeUs;
  expect(captureTimeUs(9_990_000n)).toBe(9_990_000);
  expect(captureTimeUs(10_000_001n)).toBe(10_000_000);
  expect(captureTimeUs(1n)).toBe(10_000_000);
});
