import type { TestResources } from '../support/resources.ts';
import type { HapCamera, HapStream } from './hap-camera.ts';
import { SrtpRecorder } from './srtp-recorder.ts';

export interface WatchedStream {
  readonly stream: HapStream;
  readonly recorder: SrtpRecorder;
  /** When the stream was asked for, and when START was sent, on performance.now()'s clock. */
  readonly askedAtMs: number;
  readonly startedAtMs: number;
}

/** Sets a stream up, starts it, and gives what a phone would have. */
export async function watchStream(
  camera: HapCamera,
  resources: Pick<TestResources, 'onEnd'>,
  maxBitrateKbps?: number,
): Promise<WatchedStream> {
  const recorder = new SrtpRecorder(camera.ownAddress);
  resources.onEnd('the recorder', () => recorder.close());
  const port = await recorder.open();
  const askedAtMs = performance.now();
  const stream = await camera.setUp(port);
  if (stream.status !== 0) throw new Error(`the accessory refused the stream with status ${stream.status}`);
  recorder.useKeys(stream.keys);
  recorder.answer(stream.controllerKeys, stream.port, stream.address);
  const startedAtMs = performance.now();
  await camera.start(stream, undefined, maxBitrateKbps);
  return { stream, recorder, askedAtMs, startedAtMs };
}
