import { copyFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Aedes } from 'aedes';
import { BrokerSettingsError } from '../../foundation/broker-login.ts';
import type { BrokerSettings } from '../../foundation/broker-settings.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { CertificateAuthority, LONG_AGO, NOT_YET } from '../support/certificates.ts';
import { startMosquitto, type MosquittoOptions } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let authority: CertificateAuthority;
let stranger: CertificateAuthority;

beforeAll(() => {
  authority = shared.own(new CertificateAuthority());
  stranger = shared.own(new CertificateAuthority('A stranger'));
});

function connectTo(broker: BrokerSettings) {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (line: string) => void warnings.push(line) };
  const options = { broker, clientId: `test-${Math.random()}`, logger, pauseMs: () => 100 };
  const connection = resources.own(new MqttConnection(options));
  connection.open();
  return { connection, warnings };
}

async function broker(options: MosquittoOptions) {
  return resources.own(await startMosquitto(options)).url;
}

async function isLetIn(settings: BrokerSettings): Promise<void> {
  const { connection, warnings } = connectTo(settings);
  await waitUntil('the connection', () => connection.connected, CONNECT_TIMEOUT_MS);
  expect(warnings).toEqual([]);
}

async function problemOf(settings: BrokerSettings): Promise<string> {
  const { warnings } = connectTo(settings);
  await waitUntil('the problem in words', () => warnings.length > 0, CONNECT_TIMEOUT_MS);
  return warnings.join('\n');
}

describe('a broker whose certificate an own authority has signed', () => {
  test('is trusted by who has the authority, and by nobody else', async () => {
    const url = await broker({ tls: authority.sign('localhost') });
    await isLetIn({ url, caFile: authority.caFile });
    expect(await problemOf({ url })).toMatch(
      /authority that this machine does not know.*set "broker\.caFile"/u,
    );
    expect(await problemOf({ url, caFile: stranger.caFile })).toMatch(
      /"broker\.caFile" \(\S+\) has not signed.*put the certificate of the authority/u,
    );
  });

  test.each([
    ['has expired', LONG_AGO, /certificate that has expired; .*renew it on the broker.*timedatectl/u],
    ['is not valid yet', NOT_YET, /not valid yet; .*set the clock of this machine/u],
  ])('that %s is told in words', async (_, validity, words) => {
    const url = await broker({ tls: authority.sign('localhost', validity) });
    expect(await problemOf({ url, caFile: authority.caFile })).toMatch(words);
  });

  test('and is for another name is told in words', async () => {
    const url = await broker({ tls: authority.sign('elsewhere') });
    const byName = url.replace('127.0.0.1', 'localhost');
    expect(await problemOf({ url: byName, caFile: authority.caFile })).toMatch(
      /certificate for another name; .*write in "broker\.url" the name/u,
    );
  });
});

describe('a broker that knows its clients by their certificates', () => {
  const open = () => broker({ tls: { ...authority.sign('localhost'), caFile: authority.caFile } });

  test('lets in whose certificate its authority has signed', async () => {
    await isLetIn({ url: await open(), caFile: authority.caFile, ...authority.sign('camera') });
  });

  test('and refuses others, which are told why', async () => {
    const url = await open();
    const { caFile } = authority;
    expect(await problemOf({ url, caFile })).toMatch(
      /wants a certificate of this client; .*set "broker\.certFile" and "broker\.keyFile"/u,
    );
    expect(await problemOf({ url, caFile, ...stranger.sign('camera') })).toMatch(
      /refuses the certificate in "broker\.certFile"; .*have it signed/u,
    );
  });

  test('lets in who renews an expired certificate, without a restart', async () => {
    const own = authority.sign('camera', LONG_AGO);
    const { connection, warnings } = connectTo({ url: await open(), caFile: authority.caFile, ...own });
    await waitUntil('the problem', () => warnings.length > 0, CONNECT_TIMEOUT_MS);
    expect(warnings[0]).toMatch(/refuses the certificate in "broker\.certFile": it has expired; .*renew it/u);
    const renewed = authority.sign('camera');
    copyFileSync(renewed.keyFile, own.keyFile);
    copyFileSync(renewed.certFile, own.certFile);
    await waitUntil('the connection', () => connection.connected, CONNECT_TIMEOUT_MS);
  });
});

test('a broker without TLS where TLS was asked for is told in words', async () => {
  const plain = await broker({});
  const url = plain.replace('mqtt:', 'mqtts:');
  expect(await problemOf({ url })).toMatch(/is away|does not speak TLS/u);
});

test('a user and a password let in, and a wrong password is told without it', async () => {
  const user = { username: 'camera', password: 'a good one' };
  const url = await broker({ user });
  await isLetIn({ url, ...user });
  const problem = await problemOf({ url, username: 'camera', password: 'geheim' });
  expect(problem).toMatch(/refuses this user name and password; .*"broker\.password"/u);
  expect(problem).not.toContain('geheim');
});

test('the protocol within TLS is asked for by name', async () => {
  const { certFile, keyFile } = authority.sign('localhost');
  const aedes = await Aedes.createBroker();
  const asked: (string | false | null)[] = [];
  const options = {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ALPNProtocols: ['x-amzn-mqtt-ca'],
  };
  const server = createServer(options, (socket) => {
    asked.push(socket.alpnProtocol);
    aedes.handle(socket);
  }).listen(0, '127.0.0.1');
  resources.onEnd('the broker', () => aedes.close());
  resources.onEnd('the server', () => server.close());
  await once(server, 'listening');
  const url = `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await isLetIn({ url, caFile: authority.caFile, alpn: 'x-amzn-mqtt-ca' });
  expect(asked).toEqual(['x-amzn-mqtt-ca']);
});

describe('files that are not what they should be', () => {
  const messageOf = (files: Omit<BrokerSettings, 'url'>) => {
    const options = { clientId: 'c', logger: silentLogger };
    const connection = new MqttConnection({ broker: { url: 'mqtts://127.0.0.1:1', ...files }, ...options });
    try {
      connection.open();
    } catch (error) {
      expect(error).toBeInstanceOf(BrokerSettingsError);
      return (error as Error).message;
    }
    throw new Error('expected an error');
  };

  test('are told by their keys', () => {
    const one = authority.sign('one');
    const other = authority.sign('other');
    expect(messageOf({ ...one, keyFile: other.keyFile })).toMatch(
      /^broker\.keyFile: \S+ is not the private key/u,
    );
    expect(messageOf({ caFile: '/etc/hostname' })).toMatch(
      /^broker\.caFile: \/etc\/hostname is not a PEM file/u,
    );
    expect(messageOf({ caFile: '/nowhere' })).toMatch(/^broker\.caFile: cannot read \/nowhere/u);
    expect(messageOf({ certFile: one.keyFile, keyFile: one.keyFile })).toMatch(
      /damaged, or is not what its key/u,
    );
  });
});
