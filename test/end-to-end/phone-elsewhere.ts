// A phone in a process of its own, and with that in a network of its own: prints what it saw as JSON.
import type { TestResources } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { decodeWithFfmpeg } from './decode-with-ffmpeg.ts';
import { HapCamera, type Pairing, type Way } from './hap-camera.ts';
import type { PublishedAccessory } from './homebridge-process.ts';
import { watchStream } from './watch-stream.ts';

/** What the parent passes, as JSON, in the one argument. */
export interface PhoneElsewhere {
  readonly accessory: PublishedAccessory;
  readonly pairing: Pairing;
  readonly way: Way;
  readonly pictures: number;
}

/** What the parent reads. */
export interface SeenByPhone {
  /** Where the accessory said that its packets come from, and where they came from. */
  readonly named: string;
  readonly senders: readonly string[];
  readonly undecrypted: number;
  readonly size: string;
  readonly pictures: number;
  readonly reports: number;
}

const WATCH_TIMEOUT_MS = 30_000;

const wish = JSON.parse(process.argv[2] ?? '{}') as PhoneElsewhere;
const endings: (() => unknown)[] = [];
const resources: Pick<TestResources, 'onEnd'> = { onEnd: (_, end) => endings.push(end) };
const camera = HapCamera.paired(wish.accessory, wish.pairing, wish.way);
const { stream, recorder } = await watchStream(camera, resources);
await waitUntil(
  `${wish.pictures} pictures`,
  () => recorder.packets.filter(({ marker }) => marker).length >= wish.pictures,
  WATCH_TIMEOUT_MS,
);
await camera.end(stream);
for (const end of endings) await end();
const { size, pictures } = decodeWithFfmpeg(recorder.video);
console.log(
  JSON.stringify({
    named: stream.address,
    senders: [...recorder.senders],
    undecrypted: recorder.undecrypted,
    size,
    pictures,
    reports: recorder.reports.length,
  } satisfies SeenByPhone),
);
process.exit();
