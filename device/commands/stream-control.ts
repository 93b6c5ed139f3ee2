import { CameraError } from '../../contract/errors.ts';
import type { CameraSwitch } from '../camera-switch/camera-switch.ts';
import type { LiveStream } from '../live-stream/live-stream.ts';
import type { ViewerSessions } from '../viewer-session/viewer-sessions.ts';

/** Start and stop as requests and switches mean them. */
export class StreamControl {
  readonly #liveStream: LiveStream;
  readonly #sessions: ViewerSessions;
  readonly #cameraSwitch: CameraSwitch;

  constructor(liveStream: LiveStream, sessions: ViewerSessions, cameraSwitch: CameraSwitch) {
    this.#liveStream = liveStream;
    this.#sessions = sessions;
    this.#cameraSwitch = cameraSwitch;
  }

  /** @throws CameraError `forbidden` while the camera may not run. */
  start(): void {
    this.#liveStream.start();
  }

  /** Resolves when the camera is off. */
  async stop(): Promise<void> {
    this.#sessions.endAll('stopped');
    await this.#liveStream.stop();
  }

  /** Resolves when the camera was told to start again; `forbidden` while it may not run. */
  async restart(): Promise<void> {
    await this.#liveStream.restart();
  }

  /** @throws CameraError `not_live` while the camera is off, `forbidden` while it may not run. */
  requestKeyframe(): void {
    this.#cameraSwitch.check();
    if (!this.#liveStream.running) {
      throw new CameraError('not_live', 'The camera is off; start it or send an offer first.');
    }
    this.#liveStream.requestKeyframe();
  }

  current(): { streaming: boolean; viewers: number } {
    return { streaming: this.#liveStream.running, viewers: this.#sessions.count };
  }
}
