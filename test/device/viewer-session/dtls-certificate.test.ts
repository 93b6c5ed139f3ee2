import { beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDtlsCertificate } from '../../../device/viewer-session/dtls-certificate.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();
let folder: string;
let warnings: string[];
let logger: Logger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picam-certificate-'));
  resources.onEnd('folder', () => rmSync(folder, { recursive: true, force: true }));
  warnings = [];
  logger = { ...silentLogger, warn: (message) => warnings.push(message) };
});

test('the certificate is the same at the next start, and only its owner may read it', async () => {
  const storage = join(folder, 'deeper');
  const first = await loadDtlsCertificate(storage, logger);
  expect(await loadDtlsCertificate(storage, logger)).toEqual(first);
  expect(first.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/u);
  expect(statSync(join(storage, 'dtls-certificate.pem')).mode & 0o777).toBe(0o600);
  expect(warnings).toEqual([]);
});

test('one that is damaged is replaced, which is said', async () => {
  const first = await loadDtlsCertificate(folder, logger);
  writeFileSync(join(folder, 'dtls-certificate.pem'), 'rubbish');
  const second = await loadDtlsCertificate(folder, logger);
  expect(second.fingerprint).not.toBe(first.fingerprint);
  expect(warnings).toEqual([expect.stringContaining('cannot be used (it holds no PRIVATE KEY)')]);
  expect(await loadDtlsCertificate(folder, logger)).toEqual(second);
});

test('one whose key is another is replaced', async () => {
  const first = await loadDtlsCertificate(folder, logger);
  const other = await loadDtlsCertificate(undefined, logger);
  writeFileSync(join(folder, 'dtls-certificate.pem'), other.keyPem + first.certificatePem);
  await loadDtlsCertificate(folder, logger);
  expect(warnings).toEqual([expect.stringContaining('key does not belong')]);
});

test('a folder that cannot be written costs a warning, not the start', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await loadDtlsCertificate(join(folder, 'file', 'folder'), logger)).toHaveProperty('fingerprint');
  expect(warnings.at(-1)).toContain('set "storage" to a folder');
});
