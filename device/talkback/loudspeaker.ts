import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '../../foundation/clock.ts';
import { leashed } from '../../foundation/leash.ts';
import type { Logger } from '../../foundation/logger.ts';
import { environmentWithoutSettings } from '../../foundation/program-environment.ts';
import { withStreams } from '../../foundation/with-streams.ts';
import { OggOpusWriter } from '../../media/ogg-opus.ts';
import { OPUS_CLOCK_RATE, opusPacketMs } from '../../media/opus-packet.ts';
import { FFMPEG_MISSING } from '../capture/ffmpeg.ts';
import { RecentLines } from '../capture/recent-lines.ts';
import { speakerWords, type Speaker } from './speaker-command.ts';
import { describeSpeaker } from './speaker-spec.ts';

/** Nobody talks any more: the sound system has the device back. */
const QUIET_MS = 2_000;
const END_TIMEOUT_MS = 2_000;
const PAUSE_AFTER_FAILURE_MS = 10_000;
/** About a second of speech. What does not fit is not worth hearing by then. */
const MOST_WAITING_BYTES = 8 * 1024;
/** The same, until the program before has ended. */
const MOST_HELD_PACKETS = 50;
const SAMPLES_PER_MS = OPUS_CLOCK_RATE / 1000;

type Player = ChildProcessByStdio<Writable, null, Readable>;

export interface LoudspeakerOptions {
  readonly speaker: Speaker;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/**
 * Plays Opus by an ffmpeg that runs while there is something to play, and never by two. Nothing that fails here reaches a
 * viewer.
 */
export class Loudspeaker {
  readonly #options: LoudspeakerOptions;
  readonly #clock: Clock;
  /** All that run: at most one, which may be about to end. */
  readonly #playing = new Map<Player, Promise<void>>();
  /** The one that takes sound. */
  #player: Player | undefined;
  /** What was said since the one before was told to end. */
  #held: Buffer[] = [];
  #ogg = new OggOpusWriter(0);
  #lastWords = new RecentLines();
  #runs = 0;
  #cancelQuiet: () => void = () => undefined;
  #cancelPause: (() => void) | undefined;
  #isClosed = false;

  constructor(options: LoudspeakerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What is no Opus is passed over, and so is all that comes while the device does not take what came before. */
  play(opus: Buffer): void {
    const durationMs = opusPacketMs(opus);
    if (durationMs === undefined || this.#isClosed || this.#cancelPause) return;
    this.#endWhenQuiet();
    if (!this.#player && this.#playing.size > 0) {
      this.#held = [...this.#held, opus].slice(-MOST_HELD_PACKETS);
      return;
    }
    const { stdin } = (this.#player ??= this.#start());
    if (stdin.writableLength > MOST_WAITING_BYTES) return;
    stdin.write(this.#ogg.packet(opus, durationMs * SAMPLES_PER_MS));
  }

  /** What was said is played to its end; what comes next begins anew. */
  finish(): void {
    this.#cancelQuiet();
    const player = this.#player;
    this.#player = undefined;
    if (!player) return;
    player.stdin.end();
    const cancelKill = this.#clock.after(END_TIMEOUT_MS, () => player.kill('SIGKILL'));
    void this.#playing.get(player)?.then(cancelKill);
  }

  /** Nothing more is heard of what was said. */
  silence(): void {
    this.#cancelQuiet();
    this.#player = undefined;
    this.#held = [];
    for (const player of this.#playing.keys()) player.kill('SIGKILL');
  }

  /** Resolves when no program is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelPause?.();
    this.finish();
    await Promise.all(this.#playing.values());
  }

  #endWhenQuiet(): void {
    this.#cancelQuiet();
    this.#cancelQuiet = this.#clock.after(QUIET_MS, () => this.finish());
  }

  #start(): Player {
    const { program, args } = leashed('ffmpeg', speakerWords(this.#options.speaker));
    const env = environmentWithoutSettings(process.env);
    const player: Player = withStreams(spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], env }));
    this.#runs += 1;
    this.#ogg = new OggOpusWriter(this.#runs);
    const words = new RecentLines();
    this.#lastWords = words;
    player.stderr.on('data', (chunk: Buffer) => words.append(chunk.toString()));
    // A program that ends while it is written to: its end is what gets reported.
    player.stdin.on('error', () => undefined);
    const gone = new Promise<void>((resolve) => {
      player.once('error', (error: NodeJS.ErrnoException) => {
        words.append(`${error.code === 'ENOENT' ? FFMPEG_MISSING : error.message}\n`);
        if (player.pid === undefined) resolve();
      });
      player.once('close', () => resolve());
    });
    this.#playing.set(
      player,
      gone.then(() => this.#handleGone(player)),
    );
    player.stdin.write(this.#ogg.header());
    return player;
  }

  #handleGone(player: Player): void {
    this.#playing.delete(player);
    if (this.#player !== player) {
      this.#playHeld();
      return;
    }
    this.#player = undefined;
    this.#cancelQuiet();
    const { logger, speaker } = this.#options;
    const said = this.#lastWords.toString();
    logger.warn(
      `${describeSpeaker(speaker)} does not play${said === '' ? '' : `; ffmpeg said: ${said}`}. "aplay -L" and "pactl list short sinks" list the names for audio.speaker; talkers are not heard for ${PAUSE_AFTER_FAILURE_MS / 1000} s.`,
    );
    this.#cancelPause = this.#clock.after(PAUSE_AFTER_FAILURE_MS, () => (this.#cancelPause = undefined));
  }

  #playHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const opus of held) this.play(opus);
  }
}
