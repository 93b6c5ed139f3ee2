import { expect, test } from '@jest/globals';
import { ConnectionHistory } from '../../foundation/connection-history.ts';
import type { Clock } from '../../foundation/clock.ts';
import { reconnectPauseMs } from '../../foundation/reconnect-pause.ts';

const STANDING: Clock = { nowUs: () => 0, after: () => () => undefined };

/** The longest pause after each of `tries` that fail. */
function pausesOf(history: ConnectionHistory, tries: number): number[] {
  return Array.from({ length: tries }, () => {
    history.handleClose();
    return reconnectPauseMs(history.failures, 1);
  });
}

test('a broker that starts again is looked for every second; one that stays away, seldom', () => {
  const history = new ConnectionHistory(STANDING, () => undefined);
  const pauses = pausesOf(history, 26);
  expect(pauses.slice(0, 3)).toEqual([1_000, 1_000, 1_000]);
  expect(pauses.slice(19)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('connections that are ended soon make the pauses grow at once', () => {
  const history = new ConnectionHistory(STANDING, () => undefined);
  const pauses = Array.from({ length: 4 }, () => {
    history.handleConnect();
    history.handleClose();
    return reconnectPauseMs(history.failures, 1);
  });
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
});
