import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  LiveViewError,
  type LiveView,
  type LiveViewEndReason,
  type LiveViewListener,
  type LiveViewPacket,
} from '../../camera-client/live-view.ts';
import { type OpenConnection, ReconnectingLiveView } from '../../camera-client/live-view-reconnection.ts';
import { SharedLiveViews } from '../../camera-client/live-view-sharing.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { waitUntil } from '../support/wait-until.ts';

const packet: LiveViewPacket = { index: 1, timestamp: 0, marker: true, payload: Buffer.of(0x41) };

class Watcher implements LiveViewListener {
  readonly heard: string[] = [];
  handlePacket: (packet: LiveViewPacket) => void = () => {
    this.heard.push('packet');
  };
  handleAudioPacket(): void {
    this.heard.push('sound');
  }
  handleClock(track: string): void {
    this.heard.push(`clock of ${track}`);
  }
  handleRestart(): void {
    this.heard.push('restart');
  }
  handleEnd({ reason }: LiveViewError): void {
    this.heard.push(reason);
  }
}

type Listener = Parameters<OpenConnection>[0];

/** Every view that was opened, in the hands of the test. */
class FakeViews {
  readonly opened: { listener: Listener; closed: boolean }[] = [];
  readonly said: string[] = [];

  open(listener: Listener): LiveView {
    const view = { listener, closed: false };
    this.opened.push(view);
    return {
      requestKeyframe: () => undefined,
      talk: (opus) => void this.said.push(opus.toString()),
      close: () => {
        view.closed = true;
        return Promise.resolve();
      },
    };
  }

  get newest() {
    const view = this.opened.at(-1);
    if (!view) throw new Error('no view was opened');
    return view;
  }

  sendPacket(): void {
    this.newest.listener.handlePacket(packet);
  }

  sendSound(): void {
    this.newest.listener.handleAudioPacket?.(packet);
  }

  sendClock(): void {
    this.newest.listener.handleClock?.('audio', { timestamp: 0, epochMs: 0 });
  }

  end(reason: LiveViewEndReason): void {
    this.newest.listener.handleEnd(new LiveViewError(reason, reason));
  }
}

let views: FakeViews;
let watcher: Watcher;

beforeEach(() => {
  views = new FakeViews();
  watcher = new Watcher();
});

describe('a reconnecting live view', () => {
  let nowMs: number;
  let view: ReconnectingLiveView;

  beforeEach(() => {
    nowMs = 0;
    view = new ReconnectingLiveView({
      openConnection: (listener) => views.open(listener),
      listener: watcher,
      logger: silentLogger,
      pauseMs: 1,
      giveUpAfterMs: 1_000,
      now: () => nowMs,
    });
    view.open();
  });

  afterEach(() => view.close());

  test('comes back after a silence and says that the numbers start anew', async () => {
    views.sendPacket();
    views.end('silent');
    await waitUntil('a second connection', () => views.opened.length === 2);
    views.sendPacket();
    views.sendPacket();
    expect(watcher.heard).toEqual(['packet', 'restart', 'packet', 'packet']);
  });

  test('says so, too, when it is the sound that comes back first', async () => {
    views.sendSound();
    views.sendPacket();
    views.end('silent');
    await waitUntil('a second connection', () => views.opened.length === 2);
    views.sendSound();
    views.sendPacket();
    expect(watcher.heard).toEqual(['sound', 'packet', 'restart', 'sound', 'packet']);
  });

  test('tries again when the first connection does not come about', async () => {
    views.end('unconnected');
    await waitUntil('a second connection', () => views.opened.length === 2);
    views.sendPacket();
    expect(watcher.heard).toEqual(['packet']);
  });

  test.each(['stopped', 'disabled', 'shutdown'] as const)('stays ended when the camera was %s', (reason) => {
    views.sendPacket();
    views.end(reason);
    expect(watcher.heard).toEqual(['packet', reason]);
  });

  test('gives up at once when the camera refuses, and otherwise after a while', async () => {
    views.sendPacket();
    views.end('lost');
    await waitUntil('a second connection', () => views.opened.length === 2);
    nowMs = 2_000;
    views.end('refused');
    expect(watcher.heard).toEqual(['packet', 'refused']);
  });
});

describe('shared live views', () => {
  let shared: SharedLiveViews;

  beforeEach(() => {
    shared = new SharedLiveViews({
      open: (_, listener) => views.open(listener),
      logger: silentLogger,
      lingerMs: 10,
    });
  });

  afterEach(() => shared.close());

  test('open one view for all who watch a camera, and close it a little after the last has left', async () => {
    const other = new Watcher();
    const first = shared.join('door', watcher);
    const second = shared.join('door', other);
    views.sendPacket();
    await first.close();
    views.sendPacket();
    await second.close();
    expect([watcher.heard.length, other.heard.length, views.opened.length]).toEqual([1, 2, 1]);
    expect(views.newest.closed).toBe(false);
    await waitUntil('the end of the view', () => views.newest.closed);
  });

  test('are as they were for one who comes back soon', async () => {
    await shared.join('door', watcher).close();
    shared.join('door', watcher);
    views.sendPacket();
    expect(views.opened.length).toBe(1);
    expect(watcher.heard).toEqual(['packet']);
  });

  test('give one who joins a running view the pictures since the last key frame, and first', async () => {
    shared.join('door', watcher);
    const keyframe = { ...packet, index: 2, timestamp: 3_000, payload: Buffer.from('65888400', 'hex') };
    const next = { ...packet, index: 3, timestamp: 6_000 };
    const { listener } = views.newest;
    for (const one of [packet, keyframe, next]) listener.handlePacket(one);
    const heard: number[] = [];
    const late = new Watcher();
    late.handlePacket = ({ index }) => heard.push(index);
    shared.join('door', late);
    await Promise.resolve();
    listener.handlePacket({ ...packet, index: 4, timestamp: 9_000 });
    expect(heard).toEqual([2, 3, 4]);
  });

  test('end only the watcher that fails', () => {
    const failing = new Watcher();
    failing.handlePacket = () => {
      throw new RangeError('Port should be > 0');
    };
    shared.join('door', failing);
    shared.join('door', watcher);
    views.sendPacket();
    views.sendPacket();
    expect(watcher.heard).toEqual(['packet', 'packet']);
    expect(failing.heard).toEqual(['unwatchable']);
    expect(views.newest.closed).toBe(false);
  });

  test('hand the sound and its clock on to all who listen', () => {
    const deaf = {
      handlePacket: () => undefined,
      handleRestart: () => undefined,
      handleEnd: () => undefined,
    };
    const other = new Watcher();
    for (const listener of [deaf, watcher, other]) shared.join('door', listener);
    views.sendSound();
    views.sendClock();
    const heard = ['sound', 'clock of audio'];
    expect([watcher.heard, other.heard]).toEqual([heard, heard]);
  });

  test('let one who talks finish before another is heard', async () => {
    const [anna, bert] = [shared.join('door', watcher), shared.join('door', new Watcher())];
    anna.talk?.(Buffer.from('hello'));
    bert.talk?.(Buffer.from('me too'));
    anna.talk?.(Buffer.from('goodbye'));
    await anna.close();
    bert.talk?.(Buffer.from('at last'));
    expect(views.said).toEqual(['hello', 'goodbye', 'at last']);
  });

  test('begin anew after an end', () => {
    shared.join('door', watcher);
    views.end('lost');
    expect(watcher.heard).toEqual(['lost']);
    shared.join('door', watcher);
    expect(views.opened.length).toBe(2);
  });
});
