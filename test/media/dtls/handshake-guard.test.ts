import { createHash, createHmac, createSign, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createSelfSignedCertificate, HashAlgorithm, SignatureAlgorithm } from 'werift';
import {
  guardHandshake,
  type GuardedSocket,
  type HandshakeMessage,
} from '../../../media/dtls/handshake-guard.ts';
import { DtlsHandshakeError } from '../../../media/dtls/handshake-proofs.ts';

const CLIENT = 1;
const SERVER = 2;
const RANDOMS = { client: randomBytes(32), server: randomBytes(32) };

class Message implements HandshakeMessage {
  readonly msg_type: number;
  readonly message_seq: number;
  readonly fragment: Buffer;

  constructor(type: number, sequence: number, body: Buffer = Buffer.of(type)) {
    this.msg_type = type;
    this.message_seq = sequence;
    this.fragment = body;
  }

  serialize(): Buffer {
    return Buffer.concat([Buffer.of(this.msg_type, this.message_seq), this.fragment]);
  }
}

/** Stands for werift's: keeps what it is given, as werift does, and takes it for good. */
class UncheckingSocket implements GuardedSocket {
  readonly sessionType: number;
  readonly handled: number[] = [];
  readonly dtls = { sortedHandshakeCache: [] as HandshakeMessage[] };
  readonly cipher: {
    localRandom: { serialize(): Buffer };
    remoteRandom: { serialize(): Buffer };
    remoteCertificate?: Buffer;
    masterSecret: Buffer;
  };

  constructor(sessionType: number) {
    this.sessionType = sessionType;
    const client = { serialize: () => RANDOMS.client };
    const server = { serialize: () => RANDOMS.server };
    const [localRandom, remoteRandom] = sessionType === CLIENT ? [client, server] : [server, client];
    this.cipher = { localRandom, remoteRandom, masterSecret: Buffer.alloc(48, 3) };
  }

  onHandleHandshakes(messages: HandshakeMessage[]): Promise<void> {
    for (const message of messages) {
      this.handled.push(message.msg_type);
      this.dtls.sortedHandshakeCache.push(message);
      if (message.msg_type === 11) this.cipher.remoteCertificate = message.fragment.subarray(6);
    }
    return Promise.resolve();
  }

  get transcript(): Buffer {
    return Buffer.concat(this.dtls.sortedHandshakeCache.map((message) => message.serialize()));
  }
}

type SignatureAlgorithms = Parameters<typeof createSelfSignedCertificate>[0]['signature'];

interface Identity {
  readonly certificate: Buffer;
  readonly keyPem: string;
}

async function newIdentity(signature: SignatureAlgorithms = SignatureAlgorithm.ecdsa_3): Promise<Identity> {
  const { certPem, keyPem } = await createSelfSignedCertificate({ signature, hash: HashAlgorithm.sha256_4 });
  const base64 = certPem.replaceAll(/-----[A-Z ]+-----|\s/gu, '');
  return { certificate: Buffer.from(base64, 'base64'), keyPem };
}

function certificateBody({ certificate }: Identity): Buffer {
  const body = Buffer.alloc(6 + certificate.length);
  body.writeUIntBE(certificate.length + 3, 0, 3);
  body.writeUIntBE(certificate.length, 3, 3);
  certificate.copy(body, 6);
  return body;
}

function signature({ keyPem }: Identity, signed: Buffer, algorithm = 0x0403): Buffer {
  const bytes = createSign('sha256').update(signed).sign(keyPem);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(algorithm, 0);
  head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

function finished(from: 'client' | 'server', { cipher, transcript }: UncheckingSocket): Buffer {
  const hash = createHash('sha256').update(transcript).digest();
  const seed = Buffer.concat([Buffer.from(`${from} finished`), hash]);
  const first = createHmac('sha256', cipher.masterSecret).update(seed).digest();
  const data = createHmac('sha256', cipher.masterSecret)
    .update(Buffer.concat([first, seed]))
    .digest();
  return data.subarray(0, 12);
}

let camera: Identity;
let stranger: Identity;

beforeEach(async () => {
  camera = await newIdentity();
  stranger = await newIdentity();
});

describe('a server that is guarded', () => {
  let socket: UncheckingSocket;
  let isProven: () => boolean;

  beforeEach(async () => {
    socket = new UncheckingSocket(SERVER);
    isProven = guardHandshake(socket);
    await take(new Message(1, 0), new Message(1, 1));
  });

  const take = async (...messages: Message[]) => {
    for (const message of messages) await socket.onHandleHandshakes([message]);
  };

  /** Up to the proof, which is signed by `signer`. */
  async function takeUpToProof(signer: Identity, algorithm?: number): Promise<void> {
    await take(new Message(11, 2, certificateBody(camera)), new Message(16, 3));
    await take(new Message(15, 4, signature(signer, socket.transcript, algorithm)));
  }

  test('takes a client that holds the key of its certificate', async () => {
    await takeUpToProof(camera);
    expect(isProven()).toBe(false);
    await take(new Message(20, 5, finished('client', socket)));
    expect(isProven()).toBe(true);
    expect(socket.handled).toEqual([1, 1, 11, 16, 15, 20]);
  });

  test.each([
    ['signed by somebody else', () => takeUpToProof(stranger), /does not hold the key/],
    ['of an algorithm that was not offered', () => takeUpToProof(camera, 0x0203), /cannot be read/],
    ['of another kind of key', () => takeUpToProof(camera, 0x0401), /does not hold the key/],
    [
      'without a signature',
      async () => {
        await take(new Message(11, 2, certificateBody(camera)), new Message(16, 3));
        await take(new Message(15, 4, Buffer.alloc(0)));
      },
      /cannot be read/,
    ],
  ])('refuses a proof %s', async (_, attempt, words) => {
    await expect(attempt()).rejects.toThrow(words);
    expect(socket.handled).not.toContain(15);
    expect(isProven()).toBe(false);
  });

  test.each([
    ['no proof', [11, 16, 20]],
    ['no certificate', [16, 15]],
    ['a second key', [11, 16, 16]],
    ['a certificate that comes after the key', [16]],
  ])('refuses a handshake with %s', async (_, types) => {
    const attempt = types.map((type, n) => new Message(type, 2 + n, certificateBody(camera)));
    await expect(take(...attempt)).rejects.toThrow(/out of place/);
    expect(isProven()).toBe(false);
  });

  test.each([
    ['no certificate', Buffer.alloc(3)],
    ['an empty one', Buffer.alloc(6)],
    ['less than it says', Buffer.from('000010000010ff', 'hex')],
  ])('refuses a certificate message that holds %s', async (_, body) => {
    await expect(take(new Message(11, 2, body))).rejects.toThrow(DtlsHandshakeError);
  });

  test('refuses a certificate that is none', async () => {
    const nonsense = { ...camera, certificate: randomBytes(100) };
    await take(new Message(11, 2, certificateBody(nonsense)), new Message(16, 3));
    const proof = new Message(15, 4, signature(camera, socket.transcript));
    await expect(take(proof)).rejects.toThrow(/certificate of the other end cannot be read/);
  });

  test('refuses a client that saw another handshake', async () => {
    await takeUpToProof(camera);
    const other = finished('client', new UncheckingSocket(SERVER));
    await expect(take(new Message(20, 5, other))).rejects.toThrow(/different handshakes/);
    expect(isProven()).toBe(false);
  });

  test('does not let a certificate be changed behind the proof', async () => {
    await takeUpToProof(camera);
    socket.cipher.remoteCertificate = stranger.certificate;
    const end = new Message(20, 5, finished('client', socket));
    await expect(take(end)).rejects.toThrow(/out of place/);
  });

  test('hands on each message once and in order, but what asks for an answer again as often as it comes', async () => {
    await take(new Message(1, 0), new Message(1, 1), new Message(1, 1));
    expect(socket.handled).toEqual([1, 1, 1, 1]);
    socket.handled.length = 0;
    const certificate = new Message(11, 2, certificateBody(camera));
    await take(new Message(16, 3), new Message(16, 3));
    expect(socket.handled).toEqual([]);
    await take(certificate, certificate, new Message(16, 3), new Message(1, 1));
    expect(socket.handled).toEqual([11, 16]);
  });

  test('answers the end again when the answer was lost, and begins nothing anew', async () => {
    await takeUpToProof(camera);
    const end = new Message(20, 5, finished('client', socket));
    await take(end, end, new Message(1, 0), new Message(1, 5));
    expect(socket.handled.slice(5)).toEqual([20, 20]);
  });
});

describe('a client that is guarded', () => {
  let socket: UncheckingSocket;
  let isProven: () => boolean;
  const CURVE = Buffer.concat([Buffer.of(3, 0, 23, 65), Buffer.alloc(65, 4)]);

  beforeEach(async () => {
    socket = new UncheckingSocket(CLIENT);
    isProven = guardHandshake(socket);
    await take(new Message(3, 0), new Message(3, 0), new Message(2, 1), new Message(3, 0));
    await take(new Message(11, 2, certificateBody(camera)));
  });

  const take = async (...messages: Message[]) => {
    for (const message of messages) await socket.onHandleHandshakes([message]);
  };

  const keyExchange = (signer: Identity, randoms = RANDOMS) => {
    const signed = Buffer.concat([randoms.client, randoms.server, CURVE]);
    return new Message(12, 3, Buffer.concat([CURVE, signature(signer, signed)]));
  };

  test('takes a server that holds the key of its certificate, and no message twice', async () => {
    await take(keyExchange(camera), new Message(13, 4), new Message(14, 5), new Message(14, 5));
    await take(new Message(20, 6, finished('server', socket)));
    expect(isProven()).toBe(true);
    expect(socket.handled).toEqual([3, 2, 11, 12, 13, 14, 20]);
  });

  test.each([
    ['whose key exchange somebody else signed', () => keyExchange(stranger)],
    ['that repeats another handshake', () => keyExchange(camera, { ...RANDOMS, client: randomBytes(32) })],
    ['whose key exchange is cut off', () => new Message(12, 3, CURVE.subarray(0, 20))],
    ['that names its curve otherwise', () => new Message(12, 3, Buffer.of(1, 2, 3, 4))],
  ])('refuses a server %s', async (_, attempt) => {
    await expect(take(attempt())).rejects.toThrow(DtlsHandshakeError);
    expect(socket.handled).not.toContain(12);
  });

  test('refuses a server that skips the key exchange', async () => {
    await expect(take(new Message(14, 3))).rejects.toThrow(/out of place/);
  });

  test('knows RSA too', async () => {
    const rsa = await newIdentity(SignatureAlgorithm.rsa_1);
    socket = new UncheckingSocket(CLIENT);
    guardHandshake(socket);
    await take(new Message(2, 0), new Message(11, 1, certificateBody(rsa)));
    const signed = Buffer.concat([RANDOMS.client, RANDOMS.server, CURVE]);
    await take(new Message(12, 2, Buffer.concat([CURVE, signature(rsa, signed, 0x0401)])));
    expect(socket.handled).toEqual([2, 11, 12]);
  });
});
