import type { CameraControls } from '../../contract/camera-controls.ts';
import { CameraError } from '../../contract/errors.ts';
import type { ParsedRequestData, ReplyData } from '../../contract/operations.ts';
import { SourceError } from '../capture/source-error.ts';
import type { Source } from '../capture/source.ts';

export interface LiveControlsOptions {
  readonly source: Pick<Source, 'description' | 'setControls' | 'setFps'>;
  readonly stream: { readonly running: boolean };
  /** As the configuration has them. */
  readonly controls: CameraControls;
  readonly fps: number;
}

/** How the running camera sees. What is set outlasts a restart of the camera, but not of the daemon. */
export class LiveControls {
  readonly #options: LiveControlsOptions;
  #controls: CameraControls;
  #fps: number;

  constructor(options: LiveControlsOptions) {
    this.#options = options;
    this.#controls = options.controls;
    this.#fps = options.fps;
  }

  /** All or nothing. @throws CameraError `not_live`, `bad_request`, or `timeout` when the camera does not answer. */
  async change({ fps, ...controls }: ParsedRequestData<'controls'>): Promise<ReplyData<'controls'>> {
    const isChanged = Object.keys(controls).length > 0;
    if (isChanged || fps !== undefined) this.#checkLive();
    const setFps = fps === undefined ? undefined : this.#fpsSetter();
    if (isChanged) await this.#setControls(controls);
    if (fps !== undefined) setFps?.(fps);
    this.#controls = { ...this.#controls, ...controls };
    this.#fps = fps ?? this.#fps;
    return { controls: this.#controls, fps: this.#fps };
  }

  #checkLive(): void {
    if (this.#options.stream.running) return;
    throw new CameraError(
      'not_live',
      'The camera is off; start it first, or set "camera" in its configuration.',
    );
  }

  #fpsSetter(): (fps: number) => void {
    const { source } = this.#options;
    if (!source.setFps) throw cannot(source.description, 'the number of its pictures a second', 'video.fps');
    return (fps) => source.setFps?.(fps);
  }

  async #setControls(controls: CameraControls): Promise<void> {
    const { source } = this.#options;
    if (!source.setControls) throw cannot(source.description, 'how it sees', 'camera');
    try {
      await source.setControls(controls);
    } catch (cause) {
      if (!(cause instanceof SourceError)) throw cause;
      throw new CameraError(cause.code, cause.message, { cause });
    }
  }
}

function cannot(description: string, what: string, key: string): CameraError {
  return new CameraError(
    'bad_request',
    `${description} cannot change ${what} while it runs; what it can do at its start is "${key}" in the configuration.`,
  );
}
