import { Connection, StunProtocol, type IceConnection, type Protocol, type RTCPeerConnection } from 'werift';

/** RFC 6347 §4.1 and §4.2: a record and a message of the handshake begin with so much. */
const RECORD_BYTES = 13;
const MESSAGE_BYTES = 12;
const CLIENT_HELLO = 1;
const VERSION_AND_RANDOM_BYTES = 34;

/**
 * Lets `viewer`, which has gathered its candidates, answer the camera's checks of the way only when it has said hello,
 * and say that only once. So its hello is with the camera before the camera has found the way, and whoever does not
 * keep it never hears it again.
 *
 * @returns whether there were checks that had to wait.
 */
export function helloBeforeAnswers(viewer: RTCPeerConnection): () => boolean {
  let hasSaidHello = false;
  const waiting: (() => void)[] = [];
  let hadToWait = false;
  for (const { connection } of viewer.iceTransports) {
    for (const protocol of protocolsOf(connection)) {
      const sendStun = protocol.sendStun.bind(protocol);
      protocol.sendStun = async (message, address) => {
        // A question of its own goes out.
        if (hasSaidHello || message.attributesKeys.includes('USERNAME')) return sendStun(message, address);
        hadToWait = true;
        waiting.push(() => void sendStun(message, address));
      };
    }
    const send = connection.send.bind(connection);
    connection.send = async (packet) => {
      const isHello = isFirstHello(packet);
      if (isHello && hasSaidHello) return;
      await send(packet);
      if (!isHello) return;
      hasSaidHello = true;
      for (const answer of waiting.splice(0)) answer();
    };
  }
  return () => hadToWait;
}

function protocolsOf(ice: IceConnection): StunProtocol[] {
  const protocols = ice instanceof Connection ? (ice['protocols'] as readonly Protocol[]) : [];
  return protocols.filter((protocol) => protocol instanceof StunProtocol);
}

/** The hello without the cookie that the other end asks for. */
function isFirstHello(packet: Buffer): boolean {
  if (packet[RECORD_BYTES] !== CLIENT_HELLO) return false;
  const sessionAt = RECORD_BYTES + MESSAGE_BYTES + VERSION_AND_RANDOM_BYTES;
  const cookieAt = sessionAt + 1 + (packet[sessionAt] ?? 0);
  return packet[cookieAt] === 0;
}
