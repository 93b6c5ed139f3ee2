import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { MetricsServer, MetricsServerError } from '../../../device/telemetry/metrics-server.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { startDevice } from '../../support/device.ts';
import { readMetrics, valueOf } from '../../support/metrics-text.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();

async function serve(text = () => 'a 1\n') {
  const log: string[] = [];
  const logger = {
    ...silentLogger,
    info: (message: string) => log.push(message),
    error: (message: string) => log.push(message),
  };
  const server = resources.own(new MetricsServer({ host: '127.0.0.1', port: 0, text, logger }));
  await server.open();
  const [, url = ''] = /metrics on (\S+)\/metrics/u.exec(log.join('\n')) ?? [];
  return { server, log, url };
}

async function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  const asked = httpRequest(url, options).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    body: await readText(response),
  };
}

describe('the metrics server of a camera', () => {
  test('serves what it is given, anew each time', async () => {
    let asked = 0;
    const { url } = await serve(() => `a ${(asked += 1)}\n`);
    await ask(`${url}/metrics`);
    const answer = { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: 'a 2\n' };
    expect(await ask(`${url}/metrics?whatever`)).toEqual(answer);
    expect(await ask(`${url}/metrics`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  test.each([
    ['another path', '/', {}, 404],
    ['another method', '/metrics', { method: 'POST' }, 405],
    ['a rebound host name', '/metrics', { headers: { host: 'evil.example.org' } }, 403],
  ])('refuses %s', async (_, path, options, status) => {
    const { url } = await serve();
    expect(await ask(`${url}${path}`, options)).toMatchObject({ status });
  });

  test('survives numbers that cannot be read', async () => {
    const { url, log } = await serve(() => {
      throw new Error('no numbers');
    });
    expect(await ask(`${url}/metrics`)).toMatchObject({ status: 500 });
    expect(log.join('\n')).toContain('no numbers');
  });

  test('says which setting to change when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    resources.own(other);
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const server = new MetricsServer({ host: '127.0.0.1', port, text: () => '', logger: silentLogger });
    await expect(server.open()).rejects.toThrow(MetricsServerError);
    await expect(server.open()).rejects.toThrow('metrics.port');
    await server.close();
  });
});

test('picam device serves its own numbers when it is told to, and else opens no port', async () => {
  const env = { PICAM_METRICS_PORT: '0' };
  const device = resources.own(await startDevice({ env }));
  const [, url = ''] = /metrics on (\S+)/u.exec(device.log) ?? [];
  const families = readMetrics((await ask(url)).body);
  expect(valueOf(families, 'picam_up', { camera: device.device })).toBe(1);
  expect(valueOf(families, 'picam_source_starts_total', { camera: device.device })).toBe(0);
  const other = resources.own(await startDevice());
  expect(other.log).not.toContain('metrics');
}, 60_000);
