import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { OggOpusWriter } from '../../media/ogg-opus.ts';
import { makeOpus, shareOfTone } from '../support/opus-sound.ts';

const SAMPLES = 960;

test('what is written decodes without a word of complaint, to the sound that it was', async () => {
  const ogg = new OggOpusWriter(7);
  const packets = await makeOpus('0.5*sin(2*PI*1000*t)', 1);
  const file = Buffer.concat([ogg.header(), ...packets.map((opus) => ogg.packet(opus, SAMPLES))]);
  const words = '-v warning -xerror -f ogg -i pipe:0 -f f32le -ar 48000 -ac 1 pipe:1'.split(' ');
  const pcm = execFileSync('ffmpeg', words, { input: file, stdio: ['pipe', 'pipe', 'inherit'] });
  const samples = new Float32Array(new Uint8Array(pcm).buffer);
  expect(samples).toHaveLength(packets.length * SAMPLES);
  expect(shareOfTone(samples.subarray(SAMPLES), 1000)).toBeGreaterThan(0.95);
});

test('a packet whose length is a multiple of what one entry of the table holds ends with an empty one', () => {
  const page = new OggOpusWriter(1).packet(Buffer.alloc(510, 0xfc), SAMPLES);
  expect([...page.subarray(26, 30)]).toEqual([3, 255, 255, 0]);
  expect(page).toHaveLength(27 + 3 + 510);
});
