import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { connect, MqttClient, type IClientOptions } from 'mqtt';

const DEFAULT_PORTS = { tcp: 1883, tls: 8883 };

/**
 * A client that begins to connect at once.
 *
 * What mqtt.js offers for that loads WebSockets, HTTP and SOCKS whatever the address is, 8 MB that most cameras never
 * need; so it is left to addresses that are WebSockets.
 */
export function createMqttClient(brokerUrl: string, options: IClientOptions): MqttClient {
  const url = new URL(brokerUrl);
  if (url.protocol.startsWith('ws')) return connect(brokerUrl, options);
  return new MqttClient((client) => openSocket(url, client.options), { ...credentialsIn(url), ...options });
}

/** A client's certificate says by itself that TLS is meant. */
function openSocket(url: URL, { ca, cert, key, ALPNProtocols }: IClientOptions): Duplex {
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  const isTls = url.protocol === 'mqtts:' || (cert !== undefined && key !== undefined);
  const port = Number(url.port) || (isTls ? DEFAULT_PORTS.tls : DEFAULT_PORTS.tcp);
  if (!isTls) return connectTcp({ host, port });
  const protocols = Array.isArray(ALPNProtocols) && { ALPNProtocols: ALPNProtocols.map(String) };
  const servername = isIP(host) === 0 && { servername: host };
  return connectTls({ host, port, ca, cert, key, ...protocols, ...servername });
}

function credentialsIn({ username, password }: URL): IClientOptions {
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}
