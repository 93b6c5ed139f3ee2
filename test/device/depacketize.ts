import type { Picture } from '../../device/live-stream/picture.ts';
import { nalUnitsToAnnexB } from '../../media/access-unit.ts';
import { decodeH264Payload } from '../../media/h264-payload.ts';

/** The pictures as an H.264 byte stream again. */
export function depacketize(pictures: readonly Picture[]): Buffer {
  const nalUnits: Buffer[] = [];
  for (const { payload } of pictures.flatMap(({ packets }) => packets)) {
    const decoded = decodeH264Payload(payload);
    if (decoded.kind === 'nalUnits') nalUnits.push(...decoded.nalUnits);
    else if (decoded.kind !== 'fragment') throw new Error(`an RTP payload is ${decoded.kind}`);
    else if (decoded.isStart) nalUnits.push(decoded.data);
    else nalUnits.push(Buffer.concat([nalUnits.pop() ?? Buffer.alloc(0), decoded.data]));
  }
  return nalUnitsToAnnexB(nalUnits);
}
