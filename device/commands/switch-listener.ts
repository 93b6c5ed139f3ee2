import type { InboundMessage, MessageBus } from '../../contract/message-bus.ts';
import { deviceTopics, parseTopic } from '../../contract/topics.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { BitrateControl } from '../bitrate/bitrate-control.ts';
import type { CameraSwitch } from '../camera-switch/camera-switch.ts';
import type { MotionState } from '../motion/motion-state.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { SnapshotPublisher } from './snapshot-publisher.ts';
import type { EventPublisher } from '../status/event-publisher.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { StreamControl } from './stream-control.ts';
import type { ViewerMessages } from './viewer-messages.ts';

const LONGEST_VALUE_SHOWN = 32;
/** Of a rate limiter's tokens: some fifty switches at once, then two or three a second. */
const SWITCH_TOKENS = 20;
const MESSAGE_TOKENS = 1;
const ON_OR_OFF = 'legal are ON or OFF';
/** What those that do not take anything take. */
const LEGAL: ReadonlyMap<string, string> = new Map([
  ['enabled', ON_OR_OFF],
  ['stream', ON_OR_OFF],
  ['recording', ON_OR_OFF],
  ['motion', ON_OR_OFF],
  ['bitrate', 'legal are whole numbers of kbit/s, such as 1500, and 0 for as much as there is'],
]);
const ALL = [...LEGAL.keys(), 'snapshot', 'button', 'message']
  .map((property) => `set/${property}`)
  .join(', ');

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
  readonly events: Pick<EventPublisher, 'publish'>;
  readonly messages: Pick<ViewerMessages, 'send'>;
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
    if (retained || parsed?.kind !== 'set' || this.#isTooMany(parsed.property)) return;
    this.#apply(parsed.property, payload).catch((error: unknown) => {
      this.#options.logger.warn(`set/${parsed.property} failed: ${describeError(error)}`);
    });
  }

  #isTooMany(property: string): boolean {
    const waitS =
      property === 'message'
        ? this.#limiter.take('message', MESSAGE_TOKENS)
        : this.#limiter.take('set', SWITCH_TOKENS);
    if (waitS > 0 && !this.#isFlooded)
      this.#options.logger.warn('more set/ messages come than can be followed; some are left out');
    this.#isFlooded = waitS > 0;
    return this.#isFlooded;
  }

  async #apply(property: string, payload: Buffer): Promise<void> {
    const { stream, snapshots, recorder, motion, bitrate, events, cameraSwitch, messages, logger } =
      this.#options;
    const value = payload
      .subarray(0, LONGEST_VALUE_SHOWN + 1)
      .toString()
      .trim()
      .toUpperCase();
    if (property === 'snapshot') await snapshots.publish({});
    else if (property === 'button') events.publish('button', {});
    else if (property === 'message') messages.send(payload.toString());
    else if (property === 'stream' && value === 'ON') stream.start();
    else if (property === 'stream' && value === 'OFF') await stream.stop();
    else if (property === 'recording' && value === 'ON') await recorder.start();
    else if (property === 'recording' && value === 'OFF') await recorder.stop();
    else if (property === 'motion' && (value === 'ON' || value === 'OFF'))
      motion.handleSight('outside', value === 'ON');
    else if (property === 'bitrate' && /^\d{1,6}$/u.test(value)) bitrate.wish(undefined, Number(value));
    else if (property === 'enabled' && value === 'ON') await cameraSwitch.turnOn();
    else if (property === 'enabled' && value === 'OFF') await cameraSwitch.turnOff();
    else logger.warn(notUnderstood(property, value));
  }
}

function notUnderstood(property: string, value: string): string {
  const legal = LEGAL.get(property);
  if (legal === undefined) return `there is no set/${shown(property)}; there are ${ALL}`;
  return `set/${property} ${shown(value)} is not understood; ${legal}`;
}

/** As JSON, so that control characters do no harm in a log. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_VALUE_SHOWN));
}
