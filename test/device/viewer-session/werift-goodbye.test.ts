import { expect, test } from '@jest/globals';
import type { RTCDtlsTransport } from 'werift';
import { sayGoodbye } from '../../../device/viewer-session/werift-goodbye.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { connectedPair } from './media-path/werift-receiver.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;

test('a viewer learns from the connection itself that the camera ended it', async () => {
  const { peer, receiver } = await connectedPair(resources);
  const [transport] = receiver.dtlsTransports;
  await peer.close();
  await waitUntil('the goodbye', () => transport?.state === 'closed', PATIENCE_MS);
});

test('without a connection, and with a library that looks different inside, there is no goodbye', async () => {
  const strangers: Record<string, unknown>[] = [
    { state: 'connecting' },
    { state: 'connected' },
    { state: 'connected', dtls: { dtls: {}, cipher: {}, transport: {} } },
  ];
  for (const stranger of strangers) {
    expect(await sayGoodbye(stranger as unknown as RTCDtlsTransport)).toBe(false);
  }
});
