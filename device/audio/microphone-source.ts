import type { Logger } from '../../foundation/logger.ts';
import { CaptureProcess } from '../capture/capture-process.ts';
import type { Clock } from '../capture/clock.ts';
import type { RestartableSource, SourceSink } from '../capture/source.ts';
import type { AudioSettings } from './audio-settings.ts';
import { frameBytes, microphoneCommand, type Microphone } from './microphone-command.ts';
import { describeMicrophone } from './microphone-failures.ts';
import type { OpusFrame } from './opus-frame.ts';
import { OpusFrameReader } from './opus-frame-reader.ts';
import { RealTimeGuard } from './real-time-guard.ts';

/** A microphone, recorded and encoded by ffmpeg. */
export class MicrophoneSource implements RestartableSource<OpusFrame> {
  readonly description: string;
  readonly #microphone: Microphone;
  readonly #settings: AudioSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #process: CaptureProcess<OpusFrame> | undefined;

  constructor(microphone: Microphone, settings: AudioSettings, clock: Clock, logger: Logger) {
    this.description = describeMicrophone(microphone);
    this.#microphone = microphone;
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(sink: SourceSink<OpusFrame>): void {
    const guard = new RealTimeGuard(this.description);
    const process = new CaptureProcess<OpusFrame>({
      command: microphoneCommand(this.#microphone, this.#settings),
      reader: new OpusFrameReader(frameBytes(this.#settings)),
      clock: this.#clock,
      logger: this.#logger,
      handleAccessUnit: (frame) => {
        guard.check(frame);
        sink.handleAccessUnit(frame);
      },
      handleEnd: (error) => sink.handleEnd(error),
    });
    this.#process = process;
    process.start();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}
