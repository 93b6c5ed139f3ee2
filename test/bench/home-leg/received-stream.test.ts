import { expect, test } from '@jest/globals';
import { ReceivedStream } from '../../../bench/home-leg/received-stream.ts';
import { StampedPictures } from '../../../bench/home-leg/stamped-pictures.ts';
import { newKeys } from '../../../bench/wire-keys.ts';
import { packetizeH264 } from '../../../media/h264-packetizer.ts';
import { writeRtpHeader } from '../../../media/rtp.ts';
import { SrtpReceiver, SrtpSender } from '../../../media/srtp.ts';

const keys = newKeys();

/** SRTP of so many pictures, all ready at `readyAtMs`. */
function streamOf(count: number, readyAtMs: number): Buffer[] {
  const [pictures, sender] = [new StampedPictures(), new SrtpSender(keys)];
  let sequenceNumber = 0;
  return Array.from({ length: count }, () => pictures.next(readyAtMs)).flatMap((unit, n) =>
    packetizeH264(unit).map(({ payload, marker }) => {
      const header = { payloadType: 99, marker, sequenceNumber, timestamp: n * 3_000, ssrc: 1 };
      sequenceNumber += 1;
      return sender.protectRtp(writeRtpHeader(header), payload);
    }),
  );
}

function received(packets: readonly Buffer[], atMs = 0): ReceivedStream {
  const stream = new ReceivedStream();
  for (const packet of packets) stream.add(packet, atMs);
  return stream;
}

test('each picture tells when it was ready, however many packets it is', () => {
  const readyAtMs = 1_000;
  const packets = streamOf(3, readyAtMs);
  const read = received(packets, 1_050).read(new SrtpReceiver(keys));
  expect(read).toMatchObject({ packets: packets.length, lostPackets: 0 });
  expect(read.pictures.map((picture) => picture.readyAtMs)).toEqual([readyAtMs, readyAtMs, readyAtMs]);
  for (const { delayMs } of read.pictures) expect(delayMs).toBe(50);
});

test('a packet that is lost is counted, and its picture does not count as arrived', () => {
  const packets = streamOf(3, 1_000);
  const read = received(packets.toSpliced(4, 1)).read(new SrtpReceiver(keys));
  expect(read.lostPackets).toBe(1);
  expect(read.pictures).toHaveLength(2);
});

test('the camera tells its parameter sets, SPS before PPS', () => {
  expect(new StampedPictures().parameterSets.map(([header = 0]) => header & 0x1f)).toEqual([7, 8]);
});
