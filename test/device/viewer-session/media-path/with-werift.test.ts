import { describe, expect, test } from '@jest/globals';
import { RtcpSrPacket } from 'werift';
import packageJson from '../../../../package.json' with { type: 'json' };
import { RetransmissionRing } from '../../../../device/viewer-session/media-path/retransmission-ring.ts';
import { buildSenderReport } from '../../../../media/rtcp-sender-report.ts';
import { sequencePlus } from '../../../../media/rtp-sequence.ts';
import { UdpWay } from '../../../../device/viewer-session/udp-way.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { LossyRelay, isMedia, lossOf } from '../lossy-relay.ts';
import { packetNumber, takePictures } from './made-pictures.ts';
import { connectedPair } from './werift-receiver.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;
const AEAD_AES_128_GCM = 7;

describe('a werift receiver', () => {
  test('decrypts every packet of the own path, as it was sent and announced', async () => {
    const { sender, received, answer } = await connectedPair(resources);
    for (const picture of takePictures(10)) sender.send(picture);
    await waitUntil('60 packets', () => received.length >= 60, PATIENCE_MS);
    expect(received.map(({ payload }) => packetNumber(payload))).toEqual([...Array(60).keys()]);
    const [, ssrc = '', rtxSsrc = ''] = /a=ssrc-group:FID (\d+) (\d+)/u.exec(answer) ?? [];
    expect(new Set(received.map(({ header }) => String(header.ssrc)))).toEqual(new Set([ssrc]));
    expect(rtxSsrc).not.toBe(ssrc);
    expect(received[0]?.header.extensions).toEqual([{ id: 1, payload: Buffer.from([0, 0, 0]) }]);
  });

  // It asks eleven times within 55 ms and then gives up, so that now and then one whose repair is lost too stays lost.
  test('gets all that the network lost once more, and asks for no key frame', async () => {
    const relay = resources.own(new LossyRelay(butNoRepairs(lossOf(0.05, 30, 700))));
    const { sender, received, keyframeRequests } = await connectedPair(resources, { relay });
    const numbers = new Set<number>();
    const newest = () => {
      for (const { payload } of received.splice(0)) numbers.add(packetNumber(payload));
      return Math.max(-1, ...numbers);
    };
    // The camera keeps what it sent for some pictures only, so none may run ahead of the viewer.
    for (const picture of takePictures(120)) {
      sender.send(picture);
      await waitUntil('the picture before', () => newest() >= picture.packetIndex - 6, PATIENCE_MS);
    }
    await waitUntil('every packet', () => newest() === 719 && numbers.size === 720, PATIENCE_MS);
    expect(relay.lostPackets).toBeGreaterThan(10);
    expect(sender.statistics.packetsSentAgain).toBeGreaterThanOrEqual(relay.lostPackets);
    expect(sender.statistics.packetsSentAgain).toBeLessThan(4 * relay.lostPackets);
    expect(keyframeRequests()).toBe(0);
  });

  test('plays on across the roll-over', async () => {
    const { sender, received } = await connectedPair(resources, { firstSequenceNumber: 65_400 });
    for (const [n, picture] of takePictures(10, { packets: 50, payloadBytes: 8 }).entries()) {
      sender.send(picture);
      await waitUntil('its packets', () => received.length === (n + 1) * 50, PATIENCE_MS);
    }
    const numbers = received.map(({ header }) => header.sequenceNumber);
    expect(numbers).toEqual(numbers.map((_, n) => sequencePlus(65_400, n)));
  });

  test('tells its round trip and loss', async () => {
    const { sender } = await connectedPair(resources);
    for (const picture of takePictures(5)) sender.send(picture);
    await waitUntil('a round trip', () => sender.statistics.roundTripMs !== undefined, PATIENCE_MS);
    expect(sender.statistics.fractionLost).toBe(0);
  });
});

/** Loses none of what comes under another SSRC than the first packet. */
function butNoRepairs(isLost: (packet: Buffer) => boolean): (packet: Buffer) => boolean {
  let mediaSsrc: number | undefined;
  return (packet) => {
    if (!isMedia(packet)) return false;
    const ssrc = packet.readUInt32BE(8);
    mediaSsrc ??= ssrc;
    return ssrc === mediaSsrc && isLost(packet);
  };
}

describe('two viewers', () => {
  test('share the pictures and nothing else', async () => {
    const ring = new RetransmissionRing();
    const pairs = [await connectedPair(resources, { ring }), await connectedPair(resources, { ring })];
    for (const picture of takePictures(10)) for (const { sender } of pairs) sender.send(picture);
    for (const { received } of pairs) await waitUntil('60 packets', () => received.length >= 60, PATIENCE_MS);
    const [one, other] = pairs.map(({ received }) => received[0]?.header);
    expect(one?.ssrc).not.toBe(other?.ssrc);
    const [keys, otherKeys] = pairs.map(({ receiver }) => receiver.dtlsTransports[0]?.srtp.config.keys);
    expect(keys?.remoteMasterKey).not.toEqual(otherKeys?.remoteMasterKey);
    expect(ring.packets).toBe(60);
  });
});

describe('werift beside the own path', () => {
  test('sends nothing: neither media nor reports of its own', async () => {
    const { sender, receiver, received } = await connectedPair(resources);
    const [transport] = receiver.dtlsTransports;
    const counts: number[] = [];
    transport?.onRtcp.subscribe((packet) => {
      if (packet instanceof RtcpSrPacket) counts.push(packet.senderInfo.packetCount);
    });
    for (const picture of takePictures(1)) sender.send(picture);
    // One comes each second; werift's own would come at least every 1.5 s and know of no packet.
    await waitUntil('three reports', () => counts.length >= 3, PATIENCE_MS);
    expect(counts).toEqual(counts.map(() => 6));
    expect(received).toHaveLength(6);
  });

  test('is the version whose inner fields the own path was written for', async () => {
    expect(packageJson.dependencies.werift).toBe('0.25.2');
    const { receiver } = await connectedPair(resources);
    const report = buildSenderReport({
      ssrc: 1,
      epochMs: 0,
      rtpTimestamp: 0,
      packetCount: 0,
      octetCount: 0,
      cname: '',
    });
    const [transport] = receiver.dtlsTransports;
    const sender = receiver.getTransceivers()[0]?.sender;
    const relied: Record<string, unknown> = {
      'dtlsTransport.srtp.config.profile': transport?.srtp.config.profile,
      'dtlsTransport.srtp.config.keys.localMasterKey': transport?.srtp.config.keys.localMasterKey,
      'dtlsTransport.srtp.config.keys.remoteMasterSalt': transport?.srtp.config.keys.remoteMasterSalt,
      'dtlsTransport.srtcp.encrypt()': transport?.srtcp.encrypt(report),
      'iceTransport.connection.send()': transport?.iceTransport.connection.send(Buffer.of(0)),
      'iceTransport.connection.onData': transport?.iceTransport.connection.onData,
      'dtlsTransport.dtls.dtls.version.major': transport?.dtls?.dtls.version.major,
      'dtlsTransport.dtls.dtls.epoch': transport?.dtls?.dtls.epoch,
      'dtlsTransport.dtls.dtls.recordSequenceNumber': transport?.dtls?.dtls.recordSequenceNumber,
      'dtlsTransport.dtls.cipher.cipher.encrypt': transport?.dtls?.cipher.cipher.encrypt.bind(undefined),
      'dtlsTransport.dtls.sessionType': transport?.dtls?.sessionType,
      'dtlsTransport.dtls.transport.send': transport?.dtls?.transport.send,
      'sender.stopped': sender?.stopped,
      'sender.rtxSsrc': sender?.rtxSsrc,
      'RTCPeerConnection.cname': receiver.cname,
    };
    const ice = transport?.iceTransport.connection;
    expect(ice && new UdpWay(ice).send(Buffer.of(0))).toBe(true);
    const missing = Object.keys(relied).filter((name) => relied[name] === undefined);
    expect(missing.map((name) => `werift no longer has ${name}`)).toEqual([]);
    expect(transport?.srtp.config.profile).toBe(AEAD_AES_128_GCM);
  });
});
