const SAMPLES_PER_UNIT = 32_768;
const PCM_16 = 1;

/** Mono PCM of 16 bits, as ffmpeg writes it. @returns samples from -1 to 1. */
export function readWav(file: Buffer): { readonly samples: Float32Array; readonly rate: number } {
  let at = 12;
  let rate = 0;
  while (at + 8 <= file.length) {
    const name = file.toString('latin1', at, at + 4);
    const body = file.subarray(at + 8);
    if (name === 'fmt ') {
      if (body.readUInt16LE(0) !== PCM_16 || body.readUInt16LE(2) !== 1) throw new Error('not mono PCM');
      rate = body.readUInt32LE(4);
    }
    if (name === 'data') return { samples: samplesOf(body), rate };
    at += 8 + file.readUInt32LE(at + 4);
  }
  throw new Error('a WAV without sound');
}

/** A program that writes one says how long it is when it is done. */
export function isWholeWav(file: Buffer): boolean {
  return file.length > 44 && file.readUInt32LE(4) === file.length - 8;
}

function samplesOf(bytes: Buffer): Float32Array {
  const count = Math.floor(bytes.length / 2);
  return Float32Array.from({ length: count }, (_, n) => bytes.readInt16LE(2 * n) / SAMPLES_PER_UNIT);
}
