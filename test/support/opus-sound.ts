import { BufferTarget, EncodedAudioPacketSource, EncodedPacket, OggOutputFormat, Output } from 'mediabunny';
import { execFile } from 'node:child_process';
import { runFfmpeg } from '../device/run-ffmpeg.ts';

const SAMPLE_RATE = 48_000;
const PACKET_BYTES = 160;
const PACKET_S = 0.02;
/** RFC 7845 §5.1: version 1, one channel, nothing to skip, 48 kHz, no gain, mono. */
const OPUS_HEAD = Buffer.concat([Buffer.from('OpusHead'), Buffer.from('0101000080bb0000000000', 'hex')]);
const LARGEST_PCM_BYTES = 64 * 1024 * 1024;
const DECODE_TIMEOUT_MS = 20_000;

/**
 * Opus packets of 20 ms as a camera's microphone makes them.
 * @param wave of the time `t`, as ffmpeg's aevalsrc reads it.
 */
export async function makeOpus(wave: string, seconds: number): Promise<Buffer[]> {
  const source = ['-f', 'lavfi', '-i', `aevalsrc='${wave}':s=${SAMPLE_RATE}:d=${seconds}`];
  const encoder =
    '-map 0:a -c:a libopus -application lowdelay -frame_duration 20 -vbr off -b:a 64k -f data -';
  const bytes = await runFfmpeg([...source, ...encoder.split(' ')]);
  return Array.from({ length: bytes.length / PACKET_BYTES }, (_, nth) =>
    bytes.subarray(nth * PACKET_BYTES, (nth + 1) * PACKET_BYTES),
  );
}

/**
 * Decodes mono Opus packets with ffmpeg.
 * @param packetS how long each is; default 20 ms.
 * @returns samples from -1 to 1, 48,000 a second. Rejects when ffmpeg says a single word of trouble.
 */
export async function decodeOpus(packets: readonly Buffer[], packetS = PACKET_S): Promise<Float32Array> {
  const ogg = await asOgg(packets, packetS);
  const pcm = await new Promise<Buffer>((resolve, reject) => {
    const child = execFile(
      'ffmpeg',
      [
        '-hide_banner',
        '-loglevel',
        'error',
        '-f',
        'ogg',
        '-i',
        'pipe:0',
        '-f',
        'f32le',
        '-ac',
        '1',
        'pipe:1',
      ],
      { encoding: 'buffer', maxBuffer: LARGEST_PCM_BYTES, timeout: DECODE_TIMEOUT_MS },
      (error, stdout, stderr) => {
        if (error || stderr.length > 0) reject(new Error(`ffmpeg: ${stderr.toString()}`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(ogg);
  });
  return new Float32Array(new Uint8Array(pcm).buffer);
}

/** How much of the sound's power is a tone of this frequency, 0 to 1 (Goertzel's algorithm); 0 for silence. */
export function shareOfTone(samples: Float32Array, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE);
  let [before, last, power] = [0, 0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + coefficient * last - before];
    power += sample * sample;
  }
  const ofTone = before * before + last * last - coefficient * before * last;
  return power === 0 ? 0 : (2 * ofTone) / (samples.length * power);
}

async function asOgg(packets: readonly Buffer[], packetS: number): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new OggOutputFormat(), target });
  const track = new EncodedAudioPacketSource('opus');
  output.addAudioTrack(track);
  await output.start();
  const decoderConfig = {
    codec: 'opus',
    sampleRate: SAMPLE_RATE,
    numberOfChannels: 1,
    description: OPUS_HEAD,
  };
  for (const [n, packet] of packets.entries()) {
    await track.add(new EncodedPacket(packet, 'key', n * packetS, packetS), { decoderConfig });
  }
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer(0));
}
