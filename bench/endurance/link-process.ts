import { isMedia, LossyRelay } from '../../test/device/viewer-session/lossy-relay.ts';
import { answerQuestions } from '../bench-process.ts';
import { BadLink } from './bad-link.ts';
import type { LinkQuality, LinkQuestion, LinkTally } from './messages.ts';

const VIDEO = /^a=rtpmap:(\d+) H264\/90000/mu;

const links: BadLink[] = [];

answerQuestions(({ answers = [], quality }: LinkQuestion) =>
  quality ? leadThrough(answers, quality) : Promise.resolve(tally()),
);

function leadThrough(answers: readonly string[], quality: LinkQuality): Promise<string[]> {
  return Promise.all(
    answers.map((answer) => {
      const link = new BadLink(quality, Number(VIDEO.exec(answer)?.[1]), links.length);
      links.push(link);
      return new LossyRelay((packet) => (isMedia(packet) ? link.fateOf(packet) : 0)).stretchInto(answer);
    }),
  );
}

function tally(): LinkTally {
  const sum = (of: (link: BadLink) => number) => links.reduce((total, link) => total + of(link), 0);
  return {
    passed: sum((link) => link.passed),
    lost: sum((link) => link.lost),
    wraps: sum((link) => link.wraps),
  };
}
