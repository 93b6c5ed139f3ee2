import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { brokerLogin, BrokerSettingsError } from '../../foundation/broker-login.ts';
import { CertificateAuthority } from '../support/certificates.ts';
import { resourcesOfEachTest } from '../support/resources.ts';

const resources = resourcesOfEachTest();
const HANDED_OVER = 'CREDENTIALS_DIRECTORY';

/** A folder as systemd gives it to a service. */
function handOver(files: Readonly<Record<string, string>>): void {
  const folder = mkdtempSync(join(tmpdir(), 'picam-credentials-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  process.env[HANDED_OVER] = folder;
  resources.onEnd('the credentials', () => {
    Reflect.deleteProperty(process.env, HANDED_OVER);
    rmSync(folder, { recursive: true });
  });
}

test('files that root alone may read come from systemd, by the key that names them or by their own name', () => {
  const authority = resources.own(new CertificateAuthority());
  const { certFile, keyFile } = authority.sign('camera');
  const [ca, cert, key] = [authority.caFile, certFile, keyFile].map((file) => readFileSync(file, 'utf8'));
  handOver({ 'broker.caFile': ca ?? '', 'broker.certFile': cert ?? '', 'mine.pem': key ?? '' });
  const paths = { caFile: '/not/readable/mine.pem', certFile: '/other/mine.pem', keyFile: '/third/mine.pem' };
  const login = brokerLogin({ url: 'mqtts://a', ...paths });
  expect([login.ca, login.cert, login.key].map(String)).toEqual([ca, cert, key]);
});

test('a file that nobody handed over is told by its key', () => {
  handOver({});
  const broken = () => brokerLogin({ url: 'mqtts://a', caFile: '/not/readable/ca.pem' });
  expect(broken).toThrow(BrokerSettingsError);
  expect(broken).toThrow(/^broker\.caFile: cannot read \/not\/readable\/ca\.pem/u);
});
