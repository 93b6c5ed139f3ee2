import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { splitSdp } from '../../../media/sdp-sections.ts';

/** What becomes of a packet on its way: it gets lost, or comes so many milliseconds late. */
export type Fate = 'lost' | number;

/** A way between a device and its viewer on which the test decides what is lost, and what is late. */
export class LossyRelay {
  readonly #sockets: readonly [Socket, Socket] = [createSocket('udp4'), createSocket('udp4')];
  readonly #fateOf: (packet: Buffer) => Fate;
  readonly #late = new Set<NodeJS.Timeout>();
  #viewer: RemoteInfo | undefined;
  lostPackets = 0;

  /** @param fateOf asked for each packet from the device to the viewer; true means lost, and false in time. */
  constructor(fateOf: (packet: Buffer) => Fate | boolean) {
    this.#fateOf = (packet) => {
      const fate = fateOf(packet);
      if (typeof fate === 'boolean') return fate ? 'lost' : 0;
      return fate;
    };
  }

  /** The answer, with the relay in the place of the device. */
  async stretchInto(answer: string): Promise<string> {
    const [towardsViewer, towardsDevice] = this.#sockets;
    for (const socket of this.#sockets) await bound(socket);
    const lines = splitSdp(answer)?.sections[0]?.lines ?? [];
    const candidate = lines.find((line) =>
      /^a=candidate:.* udp .*\d+\.\d+\.\d+\.\d+ \d+ typ host/u.test(line),
    );
    const [, address = '', port = ''] = /(\d+\.\d+\.\d+\.\d+) (\d+) typ/u.exec(candidate ?? '') ?? [];
    towardsViewer.on('message', (packet, viewer) => {
      this.#viewer = viewer;
      towardsDevice.send(packet, Number(port), address);
    });
    towardsDevice.on('message', (packet) => this.#pass(packet));
    const relayed = `a=candidate:1 1 udp 2130706431 ${address} ${towardsViewer.address().port} typ host`;
    const isCandidate = /^a=candidate:.*$/gmu;
    return answer
      .replace(isCandidate, '')
      .replace(/^a=end-of-candidates/mu, `${relayed}\r\n$&`)
      .replaceAll(/(\r\n)+/gu, '\r\n');
  }

  close(): void {
    for (const timer of this.#late) clearTimeout(timer);
    for (const socket of this.#sockets) socket.close();
  }

  #pass(packet: Buffer): void {
    const fate = this.#fateOf(packet);
    if (fate === 0) this.#deliver(packet);
    else if (fate === 'lost') this.lostPackets += 1;
    else this.#deliverLater(packet, fate);
  }

  #deliverLater(packet: Buffer, lateMs: number): void {
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#deliver(packet);
    }, lateMs);
    this.#late.add(timer);
  }

  #deliver(packet: Buffer): void {
    if (this.#viewer) this.#sockets[0].send(packet, this.#viewer.port, this.#viewer.address);
  }
}

/** An offer whose sender can only be reached on the way it opens itself. */
export function withoutCandidates(offer: string): string {
  return offer.replaceAll(/^a=candidate:.*\r\n/gmu, '');
}

/** RTP, as against STUN, DTLS and RTCP (RFC 7983, RFC 5761). */
export function isMedia(packet: Buffer): boolean {
  const [first = 0, second = 0] = packet;
  return first >> 6 === 2 && !(second >= 192 && second <= 223);
}

/** Loses the same packets at each run, of those after the first `from` and up to `to`. */
export function lossOf(share: number, from = 0, to = Number.POSITIVE_INFINITY): (packet: Buffer) => boolean {
  let state = 1;
  let packets = 0;
  return (packet) => {
    if (!isMedia(packet)) return false;
    packets += 1;
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return packets > from && packets <= to && state / 2 ** 32 < share;
  };
}

async function bound(socket: Socket): Promise<void> {
  socket.bind(0);
  await once(socket, 'listening');
}
