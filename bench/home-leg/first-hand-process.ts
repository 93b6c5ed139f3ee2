import type { SrtpUnprotector } from '../../media/srtp-protection.ts';
import { answerQuestions } from '../bench-process.ts';
import { takeOverMedia } from '../take-over.ts';
import type { ArrivedPicture, FirstHandQuestion } from './messages.ts';
import { ReceivedStream } from './received-stream.ts';
import { watchCamera } from './watch-camera.ts';

const stream = new ReceivedStream();
let keys: SrtpUnprotector | undefined;

/** A viewer that has the camera's pictures at first hand: what they need beyond that is the leg's own. */
answerQuestions(async (question: FirstHandQuestion): Promise<readonly ArrivedPicture[]> => {
  if (question.kind === 'pictures') return keys ? stream.read(keys).pictures : [];
  const { connection } = await watchCamera(question.address, 'bench-first-hand');
  keys = takeOverMedia(connection, (packet, atMs) => stream.add(packet, atMs));
  return [];
});
