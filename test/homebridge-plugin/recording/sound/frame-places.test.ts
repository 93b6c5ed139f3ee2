import { describe, expect, test } from '@jest/globals';
import { FramePlaces } from '../../../../homebridge-plugin/recording/sound/frame-places.ts';
import { frameAt } from '../../../../homebridge-plugin/recording/sound/sound-grid.ts';

const PACKET_SAMPLES = 960;
const PACKET_TICKS = 1_800;
const FRAME_TICKS = 2_880;

/** Gives packets of 20 ms at these ticks, and takes as many frames as an encoder makes of them. */
function placesOf(ticks: readonly number[]): (number | undefined)[] {
  const places = new FramePlaces();
  const taken: (number | undefined)[] = [];
  for (const at of ticks) {
    places.give(at, PACKET_SAMPLES);
    while (places.aheadMs >= 32) taken.push(places.take());
  }
  return taken;
}

/** @param step from one packet to the next. */
function packets(count: number, from: number, step = PACKET_TICKS): number[] {
  return Array.from({ length: count }, (_, nth) => from + nth * step);
}

function count(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, nth) => from + nth);
}

describe('the places of the sound', () => {
  test('are one after the other from where the sound began, without the frame that the encoder begins with', () => {
    const places = placesOf(packets(160, 10 * FRAME_TICKS));
    expect(places).toEqual([undefined, ...count(10, 109)]);
  });

  test('are the nearest ones when the sound begins between two', () => {
    expect(placesOf(packets(16, 10.4 * FRAME_TICKS))[1]).toBe(10);
    expect(placesOf(packets(16, 10.6 * FRAME_TICKS))[1]).toBe(11);
  });

  test('stay empty where sound was lost, and those after it are at their time again', () => {
    const lostMs = 400;
    const places = placesOf([...packets(80, 0), ...packets(80, 80 * PACKET_TICKS + lostMs * 90)]);
    const [before, after] = [places.slice(1, 51), places.slice(51)];
    expect(before).toEqual(count(0, 49));
    expect(after[0]).toBe(frameAt(80 * PACKET_TICKS + lostMs * 90));
    expect(after).toEqual(count(Number(after[0]), Number(after[0]) + after.length - 1));
  });

  test('do not tear for a single packet, but are never further off than 24 ms', () => {
    const all = packets(400, 0).filter((_, nth) => nth % 50 !== 49);
    const places = placesOf(all).slice(1);
    let sample = 0;
    for (const place of places) {
      const trueTicks =
        Number(all[Math.floor(sample / PACKET_SAMPLES)]) + ((sample % PACKET_SAMPLES) * 15) / 8;
      expect(Math.abs(Number(place) * FRAME_TICKS - trueTicks)).toBeLessThanOrEqual(24 * 90);
      sample += 1_536;
    }
    expect(new Set(places).size).toBe(places.length);
  });

  test('follow a sound card whose clock is wrong', () => {
    const places = placesOf(packets(30_000, 0, PACKET_TICKS * 1.001));
    const last = Number(places.at(-1));
    expect(Math.abs(last * FRAME_TICKS - 30_000 * PACKET_TICKS * 1.001)).toBeLessThan(3 * FRAME_TICKS);
    const steps = places.slice(2).map((place, nth) => Number(place) - Number(places[nth + 1]));
    expect(steps.filter((step) => step !== 1).length).toBeLessThanOrEqual(30);
    expect(new Set(steps)).toEqual(new Set([1, 2]));
  });

  test('tell how much the encoder holds back', () => {
    const places = new FramePlaces();
    for (const at of packets(50, 0)) places.give(at, PACKET_SAMPLES);
    expect(places.aheadMs).toBe(1_032);
    places.take();
    expect(places.aheadMs).toBe(1_000);
  });
});
