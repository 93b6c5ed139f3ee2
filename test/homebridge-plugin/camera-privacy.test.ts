import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnownCamera } from '../../camera-client/camera-directory.ts';
import { silentLogger, type Logger } from '../../foundation/logger.ts';
import { CameraPrivacy } from '../../homebridge-plugin/camera-privacy.ts';
import { KeptSettings } from '../../homebridge-plugin/kept-settings.ts';
import { waitUntil } from '../support/wait-until.ts';

let folder: string;
let told: boolean[];
let warnings: string[];
let answer: () => Promise<void>;
let changes: number;
let privacy: CameraPrivacy;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picam-privacy-'));
  told = [];
  warnings = [];
  answer = () => Promise.resolve();
  privacy = start();
});

afterEach(() => {
  privacy.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As Homebridge starts it, with what it kept before. */
function start(): CameraPrivacy {
  const logger: Logger = { ...silentLogger, warn: (line) => void warnings.push(line) };
  const kept = new KeptSettings(join(folder, 'door.json'), logger);
  kept.open();
  changes = 0;
  const started = new CameraPrivacy({
    turn: (isOn) => {
      told.push(isOn);
      return answer();
    },
    kept,
    logger,
    confirmMs: 20,
  });
  started.onChange(() => (changes += 1));
  return started;
}

function camera(enabled: boolean, online = true): KnownCamera {
  const counted = { boot: 'b', up: 1, timeSync: true, streaming: false, viewers: 0, motion: false };
  const state = { ...counted, enabled, recording: false, health: 'ok' as const, error: null };
  return { device: 'door', online, info: undefined, state };
}

describe('the privacy of a camera', () => {
  test('is what the camera says, and somebody else’s doing then', () => {
    privacy.update(camera(true));
    expect(privacy).toMatchObject({ isOn: true, isOffElsewhere: false });
    privacy.update(camera(false));
    expect(privacy).toMatchObject({ isOn: false, isOffElsewhere: true });
    expect(told).toEqual([]);
    expect(changes).toBe(1);
  });

  test('holds from the moment that Apple Home wishes it, and goes on with the camera’s word', () => {
    privacy.update(camera(true));
    privacy.wish(false);
    expect(privacy).toMatchObject({ isOn: false, isOffElsewhere: false });
    privacy.update(camera(true));
    expect(privacy.isOn).toBe(false);
    privacy.update(camera(false));
    privacy.update(camera(true));
    expect(privacy.isOn).toBe(true);
    expect(told).toEqual([false]);
  });

  test('waits for a camera that is away, also over a restart, and is told when it is back', () => {
    privacy.update(camera(true, false));
    privacy.wish(false);
    expect(told).toEqual([]);
    privacy.close();
    privacy = start();
    expect(privacy).toMatchObject({ isOn: false, isOffElsewhere: false });
    privacy.update(camera(true));
    expect(told).toEqual([false]);
  });

  test('is known over a restart while the camera is away', () => {
    privacy.update(camera(false));
    privacy.close();
    privacy = start();
    expect(privacy.isOn).toBe(false);
  });

  test('is told again while the broker does not take it', async () => {
    answer = () => Promise.reject(new Error('the broker is away'));
    privacy.update(camera(true));
    privacy.wish(false);
    await waitUntil('another try', () => told.length > 2);
    expect(privacy.isOn).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('goes back to what is true when the camera does not follow, with a line in the log', async () => {
    privacy.update(camera(true));
    privacy.wish(false);
    await waitUntil('the truth', () => privacy.isOn);
    expect(told).toEqual([false]);
    expect(warnings.join()).toContain('did not turn off');
  });

  test('follows the last of several wishes', () => {
    privacy.update(camera(true));
    for (const isOn of [false, true, false]) privacy.wish(isOn);
    expect(told).toEqual([false, true, false]);
    privacy.update(camera(false));
    expect(privacy.isOn).toBe(false);
  });
});
