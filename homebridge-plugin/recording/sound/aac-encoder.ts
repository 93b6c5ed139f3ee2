import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { leashed } from '../../../foundation/leash.ts';
import { describeError } from '../../../foundation/logger.ts';
import { environmentWithoutSettings } from '../../../foundation/program-environment.ts';
import { withStreams } from '../../../foundation/with-streams.ts';
import { RECORDED_AAC } from '../../../media/aac.ts';
import { AdtsReader } from '../../../media/adts-reader.ts';
import { OggOpusWriter } from '../../../media/ogg-opus.ts';
import { LastWords } from '../../local-camera/last-words.ts';

const PROGRAM = 'ffmpeg';
/** Any number will do for its only stream. */
const STREAM = 1;
const MISSING = 'ffmpeg is not installed on this machine: sudo apt install ffmpeg';
const BITRATE = '48k';
const QUIETLY = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
/** What cannot be decoded would be left out, and all that follows would come too early. */
const WITHOUT_LOSS = ['-xerror'];
/** Not `nobuffer`: that drops the packets by which ffmpeg learns what it is given, and the time of them. */
const AT_ONCE = ['-probesize', '32', '-analyzeduration', '0'];
const OPUS = ['-f', 'ogg', '-i', 'pipe:0', '-map', '0:a'];
const AAC = ['-c:a', 'aac', '-ar', String(RECORDED_AAC.sampleRate), '-ac', '1', '-b:a', BITRATE];
const AS_ADTS = ['-flush_packets', '1', '-f', 'adts', 'pipe:1'];
const ARGUMENTS = [...QUIETLY, ...WITHOUT_LOSS, ...AT_ONCE, ...OPUS, ...AAC, ...AS_ADTS];

export interface EncoderEvents {
  /** AAC as the recordings describe it; the first frame holds nothing of what was given. */
  handleFrame(frame: Buffer): void;
  /** Called once when it ended without having been stopped. */
  handleEnd(why: string): void;
}

/** Makes AAC of Opus. */
export interface SoundEncoder {
  encode(packet: Buffer, samples: number): void;
  /** Nothing is called back any more. */
  stop(): void;
}

export type StartEncoder = (events: EncoderEvents) => SoundEncoder;

/** One ffmpeg, which begins with the first sound that somebody wants recorded and ends with the last. */
export const startAacEncoder: StartEncoder = (events) => {
  const encoder = new AacEncoder(events);
  encoder.start();
  return encoder;
};

class AacEncoder implements SoundEncoder {
  readonly #events: EncoderEvents;
  readonly #writer = new OggOpusWriter(STREAM);
  readonly #reader = new AdtsReader(RECORDED_AAC.description);
  readonly #lastWords = new LastWords();
  #child: ChildProcessWithoutNullStreams | undefined;
  #isOver = false;

  constructor(events: EncoderEvents) {
    this.#events = events;
  }

  start(): void {
    const { program, args } = leashed(PROGRAM, ARGUMENTS);
    // A group of its own: Ctrl-C in Homebridge's terminal is Homebridge's to hear, which then stops this one.
    const env = environmentWithoutSettings(process.env);
    const child = withStreams(spawn(program, args, { detached: true, env }));
    this.#child = child;
    child.once('error', (error) => this.#end(isMissing(error) ? MISSING : describeError(error)));
    child.once('close', (code, signal) => this.#end(`ffmpeg ended (${signal ?? `exit code ${code}`})`));
    // A program that ends while it is written to: its end is what gets reported.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stderr }).on('line', (line) => this.#lastWords.add(line));
    child.stdout.on('data', (chunk: Buffer) => this.#handleOutput(chunk));
    child.stdin.write(this.#writer.header());
  }

  encode(packet: Buffer, samples: number): void {
    if (this.#child?.stdin.writable) this.#child.stdin.write(this.#writer.packet(packet, samples));
  }

  /** There is nothing that it would have to finish. */
  stop(): void {
    this.#isOver = true;
    this.#child?.kill('SIGKILL');
  }

  #handleOutput(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      for (const frame of this.#reader.push(chunk)) this.#events.handleFrame(frame);
    } catch (error) {
      this.#end(`ffmpeg wrote what cannot be read: ${describeError(error)}`);
    }
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.stop();
    const said = this.#lastWords.text;
    this.#events.handleEnd(said === undefined ? why : `${why}; it said: ${said}`);
  }
}

function isMissing(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT';
}
