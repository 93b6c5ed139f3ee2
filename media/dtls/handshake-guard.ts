import {
  checkCertificateVerify,
  checkFinished,
  checkServerKeyExchange,
  DtlsHandshakeError,
  readCertificate,
} from './handshake-proofs.ts';

/** A whole handshake message (RFC 6347 §4.2.2). */
export interface HandshakeMessage {
  readonly msg_type: number;
  readonly message_seq: number;
  /** Its body. */
  readonly fragment: Buffer;
  serialize(): Buffer;
}

/** A DTLS 1.2 connection of werift before its handshake, as far as the guard looks into it. */
export interface GuardedSocket {
  /** 1 for a client, 2 for a server. */
  readonly sessionType: number;
  /** Called for what comes from the other end. */
  onHandleHandshakes(messages: HandshakeMessage[]): Promise<void>;
  readonly dtls: { readonly sortedHandshakeCache: readonly HandshakeMessage[] };
  readonly cipher: {
    readonly localRandom: { serialize(): Buffer };
    readonly remoteRandom: { serialize(): Buffer };
    readonly remoteCertificate?: Buffer | undefined;
    readonly masterSecret?: Buffer | undefined;
  };
}

/** RFC 5246 §7.4. */
const Type = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** What may follow what, in the only kind of handshake WebRTC has: both ends show a certificate. */
const FOLLOWERS_FROM_CLIENT: Readonly<Record<number, readonly number[]>> = {
  0: [Type.clientHello],
  [Type.clientHello]: [Type.clientHello, Type.certificate],
  [Type.certificate]: [Type.clientKeyExchange],
  [Type.clientKeyExchange]: [Type.certificateVerify],
  [Type.certificateVerify]: [Type.finished],
};
const FOLLOWERS_FROM_SERVER: Readonly<Record<number, readonly number[]>> = {
  0: [Type.helloVerifyRequest, Type.serverHello],
  [Type.helloVerifyRequest]: [Type.serverHello],
  [Type.serverHello]: [Type.certificate],
  [Type.certificate]: [Type.serverKeyExchange],
  [Type.serverKeyExchange]: [Type.certificateRequest, Type.serverHelloDone],
  [Type.certificateRequest]: [Type.serverHelloDone],
  [Type.serverHelloDone]: [Type.finished],
};

const SERVER = 2;
/** Repeated by an end that did not get our answer. */
const ASKS_FOR_ANSWER: ReadonlySet<number> = new Set([Type.clientHello, Type.finished]);
/** More than any flight has. */
const MOST_EARLY_MESSAGES = 8;

/**
 * Makes a werift DTLS connection check what werift itself does not: that the other end holds the key of its
 * certificate, and that both saw the same handshake. Without that, whoever is on the way could show a certificate he
 * only copied, and fingerprints in SDP, signed or not, would mean nothing.
 *
 * Also hands on each message once and in order, as RFC 6347 §4.2.2 asks; werift loses its way when one is repeated.
 *
 * To be called before anything has come. What fails comes out of werift as a failed connection.
 *
 * @returns whether the other end has proven itself. A connection for which this is not true must not be used.
 */
export function guardHandshake(socket: GuardedSocket): () => boolean {
  const guard = new HandshakeGuard(socket, socket.onHandleHandshakes.bind(socket));
  socket.onHandleHandshakes = (messages) => guard.handle(messages);
  return () => guard.isProven;
}

type Handle = GuardedSocket['onHandleHandshakes'];

class HandshakeGuard {
  readonly #socket: GuardedSocket;
  readonly #handOn: Handle;
  readonly #isServer: boolean;
  readonly #early = new Map<number, HandshakeMessage>();
  #next = 0;
  #last = 0;
  #certificate: Buffer | undefined;
  #isProven = false;

  constructor(socket: GuardedSocket, handOn: Handle) {
    this.#socket = socket;
    this.#handOn = handOn;
    this.#isServer = socket.sessionType === SERVER;
  }

  get isProven(): boolean {
    return this.#isProven;
  }

  /** @throws DtlsHandshakeError by rejecting. */
  async handle(messages: readonly HandshakeMessage[]): Promise<void> {
    // werift works on one message until the flight that answers it has been answered: none may wait for another.
    await Promise.all(messages.flatMap((message) => this.#take(message)));
  }

  #take(message: HandshakeMessage): Promise<void>[] {
    const ahead = message.message_seq - this.#next;
    if (ahead < 0) return this.#isRepeatedQuestion(message) ? [this.#handOn([message])] : [];
    if (ahead > MOST_EARLY_MESSAGES) return [];
    if (ahead > 0) {
      this.#early.set(message.message_seq, message);
      return [];
    }
    this.#check(message);
    this.#next += 1;
    this.#last = message.msg_type;
    const handled = this.#handOn([message]);
    const following = this.#early.get(this.#next);
    this.#early.delete(this.#next);
    return [handled, ...(following ? this.#take(following) : [])];
  }

  #isRepeatedQuestion({ message_seq, msg_type }: HandshakeMessage): boolean {
    const isTheLast = message_seq === this.#next - 1 && msg_type === this.#last;
    return isTheLast && this.#isServer && ASKS_FOR_ANSWER.has(msg_type);
  }

  #check({ msg_type, fragment }: HandshakeMessage): void {
    const followers = this.#isServer ? FOLLOWERS_FROM_CLIENT : FOLLOWERS_FROM_SERVER;
    if (!followers[this.#last]?.includes(msg_type)) {
      throw new DtlsHandshakeError(`a handshake message of type ${msg_type} is out of place`);
    }
    if (msg_type === Type.certificate) this.#certificate = readCertificate(fragment);
    if (msg_type === Type.certificateVerify)
      checkCertificateVerify(fragment, this.#shown(), this.#transcript());
    if (msg_type === Type.serverKeyExchange) this.#checkServerKeyExchange(fragment);
    if (msg_type === Type.finished) this.#checkFinished(fragment);
  }

  #checkServerKeyExchange(body: Buffer): void {
    const { localRandom, remoteRandom } = this.#socket.cipher;
    const randoms = { client: localRandom.serialize(), server: remoteRandom.serialize() };
    checkServerKeyExchange(body, this.#shown(), randoms);
  }

  #checkFinished(body: Buffer): void {
    const { masterSecret, remoteCertificate } = this.#socket.cipher;
    // werift compares the fingerprint of this one with the SDP's.
    if (!masterSecret || !remoteCertificate?.equals(this.#shown())) {
      throw new DtlsHandshakeError('the end of the handshake is out of place');
    }
    checkFinished(body, this.#isServer ? 'client' : 'server', masterSecret, this.#transcript());
    this.#isProven = true;
  }

  #shown(): Buffer {
    if (!this.#certificate)
      throw new DtlsHandshakeError('the other end of the connection showed no certificate');
    return this.#certificate;
  }

  /** All messages so far, of both ends. */
  #transcript(): Buffer {
    return Buffer.concat(this.#socket.dtls.sortedHandshakeCache.map((message) => message.serialize()));
  }
}
