import { type Logger, describeError } from '../../../foundation/logger.ts';
import type { CameraControls } from '../../../contract/camera-controls.ts';
import { CaptureProcess } from '../capture-process.ts';
import { checkSuitable } from '../check-suitable.ts';
import type { Clock } from '../clock.ts';
import { SourceError } from '../source-error.ts';
import type {
  MotionSettings,
  Source,
  SourceMotion,
  SourceSink,
  SourceSnapshotRequest,
  VideoSettings,
} from '../source.ts';
import { helperCommand, helperControls } from './helper-command.ts';
import { HelperOutput, type OtherHelperMessage } from './helper-output.ts';
import { PendingReplies } from './pending-replies.ts';

interface MotionWatch {
  readonly settings: MotionSettings;
  readonly handler: (motion: SourceMotion) => void;
}

const NOT_RUNNING = 'the camera is off; start it, then ask again.';

/** A camera on the Pi's ribbon cable through Picamera2, which can be asked for anything while it runs. */
export class Picamera2Source implements Source {
  readonly description: string;
  readonly #camera: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #replies: PendingReplies;
  #video: VideoSettings;
  /** What the helper was started with. */
  #started: VideoSettings;
  #motion: MotionWatch | undefined;
  #process: CaptureProcess | undefined;
  #isRunning = false;

  constructor(camera: number, video: VideoSettings, clock: Clock, logger: Logger) {
    this.description = `camera ${camera} by Picamera2`;
    this.#camera = camera;
    this.#video = video;
    this.#started = video;
    this.#clock = clock;
    this.#logger = logger;
    this.#replies = new PendingReplies(clock);
  }

  start(sink: SourceSink): void {
    this.#started = this.#video;
    this.#process = new CaptureProcess({
      command: helperCommand(this.#camera, this.#video),
      reader: new HelperOutput((message) => this.#handleMessage(message)),
      clock: this.#clock,
      logger: this.#logger,
      handleAccessUnit: (unit) => {
        checkSuitable(unit, this.description);
        sink.handleAccessUnit(unit);
      },
      handleEnd: (error) => {
        this.#handleNotRunning();
        sink.handleEnd(error);
      },
    });
    this.#process.start();
  }

  async stop(): Promise<void> {
    this.#handleNotRunning();
    await this.#process?.stop();
  }

  requestKeyframe(): void {
    this.#send({ command: 'keyframe' });
  }

  setBitrate(bitrateKbps: number): void {
    this.#video = { ...this.#video, bitrateKbps };
    this.#send({ command: 'bitrate', kbps: bitrateKbps });
  }

  setFps(fps: number): void {
    this.#video = { ...this.#video, fps };
    this.#send({ command: 'fps', fps });
  }

  async takeSnapshot({ stream, quality }: SourceSnapshotRequest): Promise<Buffer> {
    if (!this.#isRunning) throw new SourceError(NOT_RUNNING, { code: 'not_live' });
    const jpeg = await this.#replies.ask((id) => this.#send({ command: 'snapshot', id, stream, quality }));
    if (!jpeg) throw new SourceError('the camera answered without a picture; try again.');
    return jpeg;
  }

  onMotion(settings: MotionSettings, handler: (motion: SourceMotion) => void): () => void {
    const watch = { settings, handler };
    this.#motion = watch;
    this.#sendMotion();
    return () => {
      if (this.#motion !== watch) return;
      this.#motion = undefined;
      this.#sendMotion();
    };
  }

  /** While the camera is off, they are kept for its next start. */
  async setControls(controls: CameraControls): Promise<void> {
    if (this.#isRunning) await this.#tellControls(controls);
    this.#video = { ...this.#video, controls: { ...this.#video.controls, ...controls } };
  }

  async #tellControls(changed: CameraControls): Promise<void> {
    const controls = helperControls(changed, { ...this.#video.controls, ...changed });
    await this.#replies.ask((id) => this.#send({ command: 'controls', id, controls }));
  }

  #handleMessage(message: OtherHelperMessage): void {
    switch (message.kind) {
      case 'started': {
        this.#handleStarted(message.encoder);
        return;
      }
      case 'motion':
        return this.#motion?.handler({ isMoving: message.isMoving, score: message.score });
      case 'jpeg': {
        this.#replies.settle(message.id, message.data);
        return;
      }
      case 'reply': {
        this.#handleReply(message);
        return;
      }
    }
  }

  #handleStarted(encoder: string): void {
    this.#isRunning = true;
    this.#logger.info(`${this.description} encodes with ${encoder}`);
    if (this.#motion) this.#sendMotion();
    this.#sendChangesSinceStart();
  }

  /** A camera takes seconds to start, in which people may change their minds. */
  #sendChangesSinceStart(): void {
    const { bitrateKbps, fps, controls = {} } = this.#video;
    if (bitrateKbps !== this.#started.bitrateKbps) this.setBitrate(bitrateKbps);
    if (fps !== this.#started.fps) this.setFps(fps);
    if (controls === this.#started.controls || Object.keys(controls).length === 0) return;
    this.#tellControls(controls).catch((error: unknown) => {
      this.#logger.warn(`controls of ${this.description}: ${describeError(error)}`);
    });
  }

  #handleReply({ id, error, isRefused }: Extract<OtherHelperMessage, { kind: 'reply' }>): void {
    if (id === null) this.#logger.warn(`${this.description} could not obey: ${error ?? 'no reason given'}`);
    else if (error === undefined) this.#replies.settle(id);
    else this.#replies.fail(id, `${this.description}: ${error}`, isRefused ? { code: 'bad_request' } : {});
  }

  #handleNotRunning(): void {
    this.#isRunning = false;
    this.#replies.failAll(NOT_RUNNING);
  }

  #sendMotion(): void {
    const { sensitivity = null, coolDownMs = 0 } = this.#motion?.settings ?? {};
    this.#send({ command: 'motion', sensitivity, coolDownMs });
  }

  /** Before it has started, the helper is told everything with its start. */
  #send(command: Readonly<Record<string, unknown>>): void {
    if (this.#isRunning) this.#process?.send(JSON.stringify(command));
  }
}
