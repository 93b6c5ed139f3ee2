import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startAacEncoder } from '../../../../homebridge-plugin/recording/sound/aac-encoder.ts';
import { childrenNamed } from '../../../device/child-processes.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const resources = resourcesOfEachTest();
const PACKET = Buffer.of(0xf8, 1, 2);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picam-encoder-'));
  resources.onEnd('the folder', () => rmSync(folder, { recursive: true }));
});

/** Programs are looked for in these folders, until the test ends. */
function lookForProgramsIn(path: string): void {
  const { PATH } = process.env;
  process.env['PATH'] = path;
  resources.onEnd('the path', () => {
    process.env['PATH'] = PATH;
  });
}

/** Puts a program in ffmpeg's place. */
function insteadOfFfmpeg(script: string): void {
  const path = join(folder, 'ffmpeg');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  lookForProgramsIn([folder, process.env['PATH']].join(delimiter));
}

function start() {
  const heard = { frames: 0, ends: new Array<string>() };
  const encoder = startAacEncoder({
    handleFrame: () => (heard.frames += 1),
    handleEnd: (why) => heard.ends.push(why),
  });
  resources.onEnd('the encoder', () => encoder.stop());
  return { encoder, heard };
}

async function endOf(heard: { readonly ends: readonly string[] }): Promise<string | undefined> {
  await waitUntil('the end', () => heard.ends.length > 0);
  expect(heard.ends).toHaveLength(1);
  return heard.ends[0];
}

describe('the encoder of recorded sound', () => {
  test('says what to do when there is no ffmpeg', async () => {
    lookForProgramsIn(folder);
    const { encoder, heard } = start();
    encoder.encode(PACKET, 960);
    expect(await endOf(heard)).toBe('ffmpeg is not installed on this machine: sudo apt install ffmpeg');
  });

  test('hands on the last words of an ffmpeg that ends', async () => {
    insteadOfFfmpeg('echo "Unknown encoder aac" >&2; exit 8');
    const { encoder, heard } = start();
    for (let nth = 0; nth < 100; nth += 1) encoder.encode(PACKET, 960);
    expect(await endOf(heard)).toBe('ffmpeg ended (exit code 8); it said: Unknown encoder aac');
  });

  test('ends an ffmpeg that writes something else', async () => {
    insteadOfFfmpeg('echo "ID3 and not a word of AAC"; exec sleep 60');
    const { heard } = start();
    expect(await endOf(heard)).toContain('cannot be read');
    await waitUntil('it is gone', async () => (await childrenNamed('sleep')).length === 0);
    expect(heard.frames).toBe(0);
  });

  test('is gone once it is stopped, and says nothing of it', async () => {
    const { encoder, heard } = start();
    encoder.encode(PACKET, 960);
    await waitUntil('it runs', async () => (await childrenNamed('ffmpeg')).length === 1);
    encoder.stop();
    await waitUntil('it is gone', async () => (await childrenNamed('ffmpeg')).length === 0);
    expect(heard).toEqual({ frames: 0, ends: [] });
  });
});
