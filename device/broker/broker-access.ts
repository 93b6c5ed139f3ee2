import { createHash, timingSafeEqual } from 'node:crypto';
import type { AedesOptions } from 'aedes';
import { MAX_TOPIC_BYTES } from '../../contract/limits.ts';

/** Nobody may subscribe below `$SYS`, so what goes here is gone. */
const SINK_TOPIC = '$SYS/picam/denied';

export interface BrokerUser {
  readonly username: string;
  readonly password: string;
}

type Access = Required<
  Pick<AedesOptions, 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'>
>;

/** Who may connect, and what no client may do. Without users everybody on the listening address may connect. */
export function brokerAccess(users: readonly BrokerUser[]): Access {
  return {
    authenticate: (_client, username, password, done) =>
      done(null, users.length === 0 || users.some((user) => matches(user, username, password))),
    // An error here would end the connection, and the client would come back and send the same again, for ever.
    authorizePublish: (client, packet, done) => {
      if (client && isForbidden(packet.topic)) {
        packet.topic = SINK_TOPIC;
        packet.retain = false;
        packet.payload = Buffer.alloc(0);
      }
      done(null);
    },
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, subscription.topic.startsWith('$') ? null : subscription),
    authorizeForward: (_client, packet) => (packet.topic === SINK_TOPIC ? null : packet),
  };
}

function isForbidden(topic: string): boolean {
  return topic.startsWith('$') || Buffer.byteLength(topic) > MAX_TOPIC_BYTES;
}

function matches(user: BrokerUser, username: string | undefined, password: Buffer | undefined): boolean {
  if (username === undefined || password === undefined) return false;
  return equal(user.username, username) && equal(user.password, password);
}

/** In the same time wherever the difference is. */
function equal(one: string, other: string | Buffer): boolean {
  const digest = (text: string | Buffer) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
