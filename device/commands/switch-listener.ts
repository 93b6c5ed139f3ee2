import type { InboundMessage, MessageBus } from '../../contract/message-bus.ts';
import { deviceTopics, parseTopic } from '../../contract/topics.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { BitrateControl } from '../bitrate/bitrate-control.ts';
import type { CameraSwitch } from '../camera-switch/camera-switch.ts';
import type { MotionState } from '../motion/motion-state.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { SnapshotPublisher } from './snapshot-publisher.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { StreamControl } from './stream-control.ts';

const LONGEST_VALUE_SHOWN = 32;
/** Of a rate limiter's tokens: some fifty switches at once, then two or three a second. */
const SWITCH_TOKENS = 20;
const LEGAL =
  'legal are set/enabled, set/stream, set/recording and set/motion with ON or OFF, set/bitrate with kbit/s, and set/snapshot with anything';

export interface SwitchListenerOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly device: string;
  readonly stream: Pick<StreamControl, 'start' | 'stop'>;
  readonly cameraSwitch: Pick<CameraSwitch, 'turnOn' | 'turnOff'>;
  readonly snapshots: Pick<SnapshotPublisher, 'publish'>;
  readonly recorder: Pick<Recorder, 'start' | 'stop'>;
  readonly motion: Pick<MotionState, 'handleSight'>;
  readonly bitrate: Pick<BitrateControl, 'wish'>;
  readonly logger: Logger;
}

/** `D/set/<property>`: plain text for switches and people; there is no reply, so mistakes go to the log. */
export class SwitchListener {
  readonly #options: SwitchListenerOptions;
  readonly #limiter = new RateLimiter();
  #isFlooded = false;

  constructor(options: SwitchListenerOptions) {
    this.#options = options;
  }

  open(): () => void {
    const { bus, prefix, device } = this.#options;
    return bus.subscribe(deviceTopics(prefix, device).everySet, (message) => this.#handle(message));
  }

  #handle({ topic, payload, retained }: InboundMessage): void {
    const parsed = parseTopic(this.#options.prefix, topic);
    if (retained || parsed?.kind !== 'set' || this.#isTooMany()) return;
    this.#apply(parsed.property, payload).catch((error: unknown) => {
      this.#options.logger.warn(`set/${parsed.property} failed: ${describeError(error)}`);
    });
  }

  #isTooMany(): boolean {
    const waitS = this.#limiter.take('set', SWITCH_TOKENS);
    if (waitS > 0 && !this.#isFlooded)
      this.#options.logger.warn('more set/ messages come than can be followed; some are left out');
    this.#isFlooded = waitS > 0;
    return this.#isFlooded;
  }

  async #apply(property: string, payload: Buffer): Promise<void> {
    const { stream, snapshots, recorder, motion, bitrate, cameraSwitch, logger } = this.#options;
    const value = payload
      .subarray(0, LONGEST_VALUE_SHOWN + 1)
      .toString()
      .trim()
      .toUpperCase();
    if (property === 'snapshot') await snapshots.publish({});
    else if (property === 'stream' && value === 'ON') stream.start();
    else if (property === 'stream' && value === 'OFF') await stream.stop();
    else if (property === 'recording' && value === 'ON') await recorder.start();
    else if (property === 'recording' && value === 'OFF') await recorder.stop();
    else if (property === 'motion' && (value === 'ON' || value === 'OFF'))
      motion.handleSight('outside', value === 'ON');
    else if (property === 'bitrate' && /^\d{1,6}$/u.test(value)) bitrate.wish(undefined, Number(value));
    else if (property === 'enabled' && value === 'ON') await cameraSwitch.turnOn();
    else if (property === 'enabled' && value === 'OFF') await cameraSwitch.turnOff();
    else logger.warn(`set/${shown(property)} ${shown(value)} is not understood; ${LEGAL}`);
  }
}

/** As JSON, so that control characters do no harm in a log. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_VALUE_SHOWN));
}
