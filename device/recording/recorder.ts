import { CameraError } from '../../contract/errors.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import { NalType, nalTypeOf } from '../../media/h264-nal.ts';
import { type Clock, systemClock } from '../capture/clock.ts';
import type { StreamObserver } from '../live-stream/stream-observer.ts';
import type { Tally } from '../telemetry/tally.ts';
import { PreRoll } from './pre-roll.ts';
import { RecordingFile } from './recording-file.ts';
import type { RecordingFolder } from './recording-folder.ts';
import { recordingName } from './recording-name.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;
const MICROSECONDS_PER_MILLISECOND = 1000;
/** A power cut costs what is not yet a whole fragment, so a key frame is asked for when the source takes longer. */
const LONGEST_FRAGMENT_US = 2 * MICROSECONDS_PER_SECOND;
/** So that removing old recordings is enough to keep the limit on all of them. */
const FILES_WITHIN_LIMIT = 4;
const TIDYING_INTERVAL_MS = 600_000;
const BYTES_PER_MB = 1_000_000;

/** The part of LiveStream that recording needs. */
export interface RecordableStream {
  hold(handleStop: () => void): () => void;
  observe(observer: StreamObserver): () => void;
  requestKeyframe(): void;
}

/** Why a recording runs. */
export type RecordingReason = 'command' | 'motion';

export interface RecorderOptions {
  readonly stream: RecordableStream;
  readonly folder: RecordingFolder;
  readonly settings: { readonly maxFileS: number; readonly maxTotalMB: number; readonly preRollS: number };
  readonly logger: Logger;
  readonly tally: Pick<Tally, 'recordings'>;
  /** `recording` or `error` has changed. */
  readonly handleChange: () => void;
  readonly clock?: Clock;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface OpenFile {
  readonly name: string;
  readonly file: RecordingFile;
  readonly sinceUs: number;
  readonly parameterSets: Buffer;
}

/** Puts the stream into files while recording is on. Its troubles end the recording, never the stream. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #clock: Clock;
  readonly #preRoll: PreRoll;
  readonly #closing = new Set<Promise<void>>();
  readonly #wantedBy = new Set<RecordingReason>();
  #release: (() => void) | undefined;
  #cancelTidying: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;
  #open: OpenFile | undefined;
  #newestKeyframeUs = 0;
  #error: CameraError | null = null;
  #endObserving: (() => void) | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#preRoll = new PreRoll(options.settings.preRollS);
  }

  get recording(): boolean {
    return this.#release !== undefined;
  }

  /** The name of the file that is being written. */
  get file(): string | null {
    return this.#open?.name ?? null;
  }

  /** Why the last recording ended by itself; null again with the next one. */
  get error(): CameraError | null {
    return this.#error;
  }

  /** Begins to watch the stream, for what recordings begin with. */
  open(): void {
    this.#endObserving = this.#options.stream.observe({
      handleAccessUnit: (unit) => this.#handleAccessUnit(unit),
      handleGap: () => this.#handleGap(),
    });
    void this.#tidy();
  }

  /**
   * Turns the camera on if it is off, and records until `stop`, or for `seconds`. A recording that runs goes on until
   * nobody wants it any more.
   * @throws CameraError when the folder cannot be used, its disk is full, or the camera is shutting down.
   */
  async start(seconds?: number, reason: RecordingReason = 'command'): Promise<void> {
    this.#wantedBy.add(reason);
    try {
      await this.#options.folder.prepare();
      await this.#options.folder.makeRoom(this.file ?? undefined);
    } catch (error) {
      this.#note(error);
      throw error;
    }
    if (this.#isStillWanted()) this.#begin();
    if (this.recording && reason === 'command') this.#endAfter(seconds);
  }

  /**
   * Ends the recording, or only what it runs for: then it goes on if it is wanted otherwise. Resolves when the file is
   * complete.
   */
  async stop(reason?: RecordingReason): Promise<void> {
    if (reason !== 'motion') this.#endAfter(undefined);
    if (reason) this.#wantedBy.delete(reason);
    else this.#wantedBy.clear();
    if (this.#wantedBy.size > 0) return;
    const release = this.#release;
    this.#release = undefined;
    this.#closeFile();
    if (release) {
      release();
      this.#options.logger.info('recording ended');
      this.#options.handleChange();
    }
    await Promise.all(this.#closing);
  }

  async close(): Promise<void> {
    this.#endObserving?.();
    this.#endObserving = undefined;
    this.#cancelTidying?.();
    await this.stop();
  }

  /** A `stop` may have come meanwhile. */
  #isStillWanted(): boolean {
    return this.#wantedBy.size > 0;
  }

  #begin(): void {
    if (this.recording) return;
    this.#release = this.#options.stream.hold(() => void this.stop());
    this.#error = null;
    this.#options.tally.recordings.begun += 1;
    this.#options.logger.info('recording');
    for (const unit of this.#preRoll.units) this.#record(unit);
    this.#options.handleChange();
  }

  /** Recordings get too old while nothing is recorded, too. Never rejects. */
  async #tidy(): Promise<void> {
    await this.#options.folder.removeOutdated(this.file ?? undefined).catch((error: unknown) => {
      this.#options.logger.warn(`old recordings could not be removed: ${describeError(error)}`);
    });
    if (this.#endObserving)
      this.#cancelTidying = this.#clock.after(TIDYING_INTERVAL_MS, () => void this.#tidy());
  }

  #handleAccessUnit(unit: AccessUnit): void {
    this.#preRoll.add(unit);
    if (this.recording) this.#record(unit);
  }

  #handleGap(): void {
    this.#preRoll.forget();
    this.#closeFile();
  }

  #record(unit: AccessUnit): void {
    if (unit.isKeyframe) this.#handleKeyframe(unit);
    const isLate = unit.captureTimeUs - this.#newestKeyframeUs >= LONGEST_FRAGMENT_US;
    if (this.#open && isLate) this.#options.stream.requestKeyframe();
    this.#open?.file.add(unit);
  }

  #handleKeyframe(unit: AccessUnit): void {
    this.#newestKeyframeUs = unit.captureTimeUs;
    if (this.#open && this.#isFull(this.#open, unit)) this.#closeFile();
    this.#open ??= this.#openFile(unit);
  }

  /** A file holds one set of parameters. */
  #isFull({ file, sinceUs, parameterSets }: OpenFile, keyframe: AccessUnit): boolean {
    const { maxFileS, maxTotalMB } = this.#options.settings;
    return (
      keyframe.captureTimeUs - sinceUs >= maxFileS * MICROSECONDS_PER_SECOND ||
      file.bytes >= (maxTotalMB * BYTES_PER_MB) / FILES_WITHIN_LIMIT ||
      !parameterSets.equals(parameterSetsOf(keyframe))
    );
  }

  #openFile(keyframe: AccessUnit): OpenFile {
    const { folder, now = Date.now } = this.#options;
    const ageMs = (this.#clock.nowUs() - keyframe.captureTimeUs) / MICROSECONDS_PER_MILLISECOND;
    const name = recordingName(now() - ageMs);
    const file = new RecordingFile({
      path: folder.pathOf(name),
      mode: folder.fileMode,
      makeRoom: () => folder.makeRoom(name),
      handleError: (error) => {
        this.#options.logger.error(this.#note(error).message);
        void this.stop();
      },
    });
    return { name, file, sinceUs: keyframe.captureTimeUs, parameterSets: parameterSetsOf(keyframe) };
  }

  #closeFile(): void {
    const file = this.#open?.file;
    this.#open = undefined;
    if (!file) return;
    const closing = file.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #endAfter(seconds: number | undefined): void {
    this.#cancelEnd?.();
    this.#cancelEnd = undefined;
    if (seconds !== undefined)
      this.#cancelEnd = this.#clock.after(seconds * 1000, () => void this.stop('command'));
  }

  #note(thrown: unknown): CameraError {
    const message =
      thrown instanceof CameraError ? thrown.message : `The recording ended: ${describeError(thrown)}.`;
    this.#error = new CameraError('internal', message, { cause: thrown });
    this.#options.tally.recordings.failed += 1;
    this.#options.handleChange();
    return this.#error;
  }
}

function parameterSetsOf(keyframe: AccessUnit): Buffer {
  return Buffer.concat(
    keyframe.nalUnits.filter((nalUnit) =>
      [NalType.sps, NalType.pps].some((type) => type === nalTypeOf(nalUnit)),
    ),
  );
}
