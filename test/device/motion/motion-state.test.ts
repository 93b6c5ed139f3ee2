import { describe, expect, test } from '@jest/globals';
import { MotionState } from '../../../device/motion/motion-state.ts';
import { ManualClock } from '../manual-clock.ts';

const COOL_DOWN_MS = 1000;

function setUp() {
  const clock = new ManualClock();
  const changes: string[] = [];
  const state = new MotionState({
    coolDownMs: COOL_DOWN_MS,
    clock,
    handleChange: (isMoving, witness) => changes.push(`${witness}: ${isMoving}`),
  });
  return { clock, state, changes };
}

describe('motion', () => {
  test('begins at once and ends when nothing has moved for the cool-down', () => {
    const { clock, state, changes } = setUp();
    state.handleSight('camera', true);
    expect(state.isMoving).toBe(true);
    state.handleSight('camera', false);
    clock.advance(COOL_DOWN_MS - 1);
    expect(state.isMoving).toBe(true);
    clock.advance(1);
    expect([state.isMoving, changes]).toEqual([false, ['camera: true', 'camera: false']]);
  });

  test('that comes again within the cool-down is the same motion', () => {
    const { clock, state, changes } = setUp();
    for (let times = 0; times < 5; times += 1) {
      state.handleSight('camera', true);
      state.handleSight('camera', false);
      state.handleSight('camera', false);
      clock.advance(COOL_DOWN_MS - 1);
    }
    expect(changes).toEqual(['camera: true']);
  });

  test('lasts as long as one of its witnesses sees it', () => {
    const { clock, state, changes } = setUp();
    state.handleSight('camera', true);
    state.handleSight('outside', true);
    state.handleSight('camera', false);
    clock.advance(10 * COOL_DOWN_MS);
    expect(state.isMoving).toBe(true);
    state.handleSight('outside', false);
    clock.advance(COOL_DOWN_MS);
    expect(changes).toEqual(['camera: true', 'outside: false']);
  });

  test('that nobody saw does not end, and closing leaves no timer', () => {
    const { clock, state, changes } = setUp();
    state.handleSight('outside', false);
    state.handleSight('outside', true);
    state.handleSight('outside', false);
    state.close();
    expect([changes, clock.pendingTimers]).toEqual([['outside: true'], 0]);
  });
});
