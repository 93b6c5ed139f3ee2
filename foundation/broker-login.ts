import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import type { BrokerSettings } from './broker-settings.ts';
import { errorCode } from './error-code.ts';

const KEY_IS_ANOTHERS = 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';

/** What opens the door of a broker cannot be read, or is not what it should be. */
export class BrokerSettingsError extends Error {
  override readonly name = 'BrokerSettingsError';
}

export type BrokerLogin = Pick<
  IClientOptions,
  'username' | 'password' | 'ca' | 'cert' | 'key' | 'ALPNProtocols'
>;

/** @throws BrokerSettingsError that names the key. */
export function brokerLogin(broker: BrokerSettings): BrokerLogin {
  const { username, password, alpn } = broker;
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(alpn !== undefined && { ALPNProtocols: [alpn] }),
    ...readCertificates(broker),
  };
}

function readCertificates({ caFile, certFile, keyFile }: BrokerSettings): BrokerLogin {
  const ca = readPem('caFile', caFile);
  const cert = readPem('certFile', certFile);
  const key = readPem('keyFile', keyFile);
  try {
    createSecureContext({ ca, cert, key });
  } catch (cause) {
    throw new BrokerSettingsError(
      errorCode(cause) === KEY_IS_ANOTHERS
        ? `broker.keyFile: ${keyFile ?? ''} is not the private key of the certificate in broker.certFile.`
        : 'broker.caFile, broker.certFile and broker.keyFile: one of these files is damaged, or is not what its key says.',
      { cause },
    );
  }
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function readPem(key: 'caFile' | 'certFile' | 'keyFile', path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  const pem = readOrExplain(key, path);
  if (pem.includes('-----BEGIN ')) return pem;
  throw new BrokerSettingsError(
    `broker.${key}: ${path} is not a PEM file, which has a line "-----BEGIN …"; convert it with openssl.`,
  );
}

function readOrExplain(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const handedOver = readHandedOver(`broker.${key}`) ?? readHandedOver(basename(path));
    if (handedOver) return handedOver;
    throw new BrokerSettingsError(
      `broker.${key}: cannot read ${path}; give the path of a PEM file this user may read, and after a change under systemd type "sudo picam service install" again.`,
      { cause },
    );
  }
}

/** systemd hands over what root alone may read (systemd.exec(5), LoadCredential=); `picam service` names it by its key. */
function readHandedOver(name: string): Buffer | undefined {
  const folder = process.env['CREDENTIALS_DIRECTORY'];
  if (!folder) return undefined;
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined;
  }
}
