import type { AccessUnit } from '../../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../../media/access-unit-splitter.ts';
import type { OutputReader } from '../capture-process.ts';
import { type HelperMessage, HelperMessageReader } from './message-reader.ts';

type Message<Kind extends HelperMessage['kind']> = Extract<HelperMessage, { readonly kind: Kind }>;
export type OtherHelperMessage = Exclude<HelperMessage, Message<'access-unit'>>;

/** An older time of the sensor is not believed: its clock is another one than ours. */
const OLDEST_CAPTURE_US = 1_000_000;

/** Reads access units out of the helper's messages, and hands all other messages on. */
export class HelperOutput implements OutputReader {
  readonly #messages = new HelperMessageReader();
  readonly #handleOther: (message: OtherHelperMessage) => void;
  /** Parameter sets that the encoder gave in a message of their own. */
  #withoutPicture: Buffer = Buffer.alloc(0);

  constructor(handleOther: (message: OtherHelperMessage) => void) {
    this.#handleOther = handleOther;
  }

  /** @throws HelperMessageError, NalUnitTooLargeError, AccessUnitTooLargeError */
  push(chunk: Buffer, nowUs: number): AccessUnit[] {
    return this.#messages.push(chunk).flatMap((message) => {
      if (message.kind === 'access-unit') return this.#read(message, nowUs);
      this.#handleOther(message);
      return [];
    });
  }

  #read({ data, capturedAtUs }: Message<'access-unit'>, nowUs: number): AccessUnit[] {
    const bytes = Buffer.concat([this.#withoutPicture, data]);
    const splitter = new AccessUnitSplitter();
    const units = [...splitter.push(bytes, plausible(capturedAtUs, nowUs)), splitter.endOfInput()];
    const whole = units.filter((unit) => unit !== undefined);
    this.#withoutPicture = whole.length > 0 ? Buffer.alloc(0) : data;
    return whole;
  }
}

function plausible(capturedAtUs: number, nowUs: number): number {
  const isPlausible = capturedAtUs <= nowUs && capturedAtUs > nowUs - OLDEST_CAPTURE_US;
  return isPlausible ? capturedAtUs : nowUs;
}
