import { expect, test } from '@jest/globals';
import { Talkback } from '../../../device/talkback/talkback.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { ManualClock } from '../manual-clock.ts';

const WORD = Buffer.from('a packet of speech');

function setUp() {
  const clock = new ManualClock();
  const heard: string[] = [];
  const loudspeaker = {
    play: (opus: Buffer) => heard.push(opus.toString()),
    finish: () => heard.push('.'),
  };
  const talkback = new Talkback({ loudspeaker, logger: silentLogger, clock });
  const say = (viewer: string, words: string) => talkback.hear(viewer, Buffer.from(words));
  return { clock, heard, talkback, say };
}

test('who talks first is heard, and the others when it has been quiet for a second', () => {
  const { clock, heard, say } = setUp();
  say('anna', 'hello');
  say('bert', 'no, me');
  clock.advance(900);
  say('anna', 'again');
  say('bert', 'still not');
  clock.advance(1_100);
  say('bert', 'at last');
  say('anna', 'too late');
  expect(heard).toEqual(['hello', 'again', '.', 'at last']);
});

test('the turn of somebody who leaves is over at once', () => {
  const { heard, talkback, say } = setUp();
  say('anna', 'goodbye');
  talkback.leave('bert');
  talkback.leave('anna');
  say('bert', 'hello');
  expect(heard).toEqual(['goodbye', '.', 'hello']);
});

test('silence takes nobody the turn', () => {
  const { heard, talkback, say } = setUp();
  talkback.hear('anna', WORD.subarray(0, 3));
  say('bert', 'hello');
  expect(heard).toEqual(['hello']);
});
