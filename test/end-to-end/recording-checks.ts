import { expect } from '@jest/globals';
import { fragmentShape, mp4Boxes, probeMp4, type ProbedMp4 } from '../support/mp4.ts';
import { waitUntil } from '../support/wait-until.ts';
import { CLOSED_NORMALLY, type DownloadedRecording } from './data-stream/downloaded-recording.ts';
import type { HapRecorder, RunningDownload } from './hap-recorder.ts';

export const PRE_ROLL_S = 4;
export const LONGEST_FRAGMENT_S = 4;
/** ffprobe rounds the times. */
const PICTURE_S = 0.03;
const LONG_MS = 60_000;
const TICKS_PER_S = 90_000;

/** Begins a download, which must be granted. */
export async function download(hub: HapRecorder): Promise<RunningDownload> {
  const running = await hub.download();
  expect(running.status).toBe(0);
  return running;
}

export async function hasFragments({ recording }: RunningDownload, count: number): Promise<void> {
  await waitUntil(`${count} fragments`, () => recording.fragments.length >= count, LONG_MS / 2);
}

/** Downloads again until the camera has filled its pre-roll, which takes it some seconds at first. */
export async function preRollIsFull(hub: HapRecorder): Promise<void> {
  await waitUntil(
    'the pre-roll is full',
    async () => {
      const running = await download(hub);
      await hasFragments(running, 1);
      hub.endDownload(running, CLOSED_NORMALLY);
      await running.stream.close();
      return spanS(await probeMp4(running.recording.file), 'video') > PRE_ROLL_S - PICTURE_S;
    },
    LONG_MS / 2,
  );
}

/** From the beginning of a track to its end. */
export function spanS(probed: ProbedMp4, kind: 'video' | 'audio'): number {
  const packets = probed.packets.filter((packet) => packet.kind === kind);
  const [first, last] = [packets[0], packets.at(-1)];
  return first && last ? last.atS + last.durationS - first.atS : 0;
}

/** What holds for every recording: a description, then fragments that each begin with a key frame and are short. */
export async function expectCleanRecording({ parts, file }: DownloadedRecording): Promise<ProbedMp4> {
  const [init, ...fragments] = parts;
  const description = init?.data ?? Buffer.alloc(0);
  expect(init?.type).toBe('mediaInitialization');
  expect(mp4Boxes(description).map(({ type }) => type)).toEqual(['ftyp', 'moov']);
  expect(new Set(fragments.map(({ type }) => type))).toEqual(new Set(['mediaFragment']));
  for (const { data } of fragments) {
    const { types, duration, beginsWithSync } = fragmentShape(data);
    expect({ types, beginsWithSync }).toEqual({ types: ['moof', 'mdat'], beginsWithSync: true });
    expect(duration / TICKS_PER_S).toBeLessThanOrEqual(LONGEST_FRAGMENT_S);
  }
  const last = Buffer.concat([description, fragments.at(-1)?.data ?? Buffer.alloc(0)]);
  expect((await probeMp4(last)).complaints).toBe('');
  const probed = await probeMp4(file);
  expect(probed).toMatchObject({ complaints: '' });
  return probed;
}
