import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { OWNER_ONLY_FILE, OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';
import { createCertificatePem } from './werift-certificate.ts';

const FILE_NAME = 'dtls-certificate.pem';
const MAX_FILE_BYTES = 64 * 1024;

/** The device's identity in WebRTC: viewers may pin its fingerprint. */
export interface DtlsCertificate {
  readonly keyPem: string;
  readonly certificatePem: string;
  /** SHA-256, upper-case hex pairs with colons (RFC 8122 §5). */
  readonly fingerprint: string;
}

/**
 * The certificate kept in `folder`, made on the first start.
 *
 * One that cannot be read or kept is replaced, with a line in the log: a camera with a new identity is better than none.
 * Without a folder it lasts as long as the process.
 */
export async function loadDtlsCertificate(
  folder: string | undefined,
  logger: Logger,
): Promise<DtlsCertificate> {
  if (folder === undefined) return createCertificate();
  const path = join(folder, FILE_NAME);
  const kept = await readKept(path, logger);
  if (kept) return kept;
  const certificate = await createCertificate();
  await keep(folder, path, certificate, logger);
  return certificate;
}

async function readKept(path: string, logger: Logger): Promise<DtlsCertificate | undefined> {
  try {
    return parseCertificate(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    logger.warn(
      `${path} cannot be used (${describeError(error)}); a new DTLS certificate is made, so viewers that pinned the old fingerprint must learn the new one`,
    );
    return undefined;
  }
}

function parseCertificate(text: string): DtlsCertificate {
  if (text.length > MAX_FILE_BYTES) throw new Error('it is too large');
  const keyPem = pemBlock(text, 'PRIVATE KEY');
  const certificatePem = pemBlock(text, 'CERTIFICATE');
  const certificate = new X509Certificate(certificatePem);
  if (!certificate.checkPrivateKey(createPrivateKey(keyPem)))
    throw new Error('its key does not belong to its certificate');
  if (Date.parse(certificate.validTo) < Date.now()) throw new Error('it has expired');
  return { keyPem, certificatePem, fingerprint: certificate.fingerprint256 };
}

function pemBlock(text: string, label: string): string {
  const begin = text.indexOf(`-----BEGIN ${label}-----`);
  const endLine = `-----END ${label}-----`;
  const end = text.indexOf(endLine);
  if (begin === -1 || end < begin) throw new Error(`it holds no ${label}`);
  return `${text.slice(begin, end + endLine.length)}\n`;
}

async function createCertificate(): Promise<DtlsCertificate> {
  const { keyPem, certificatePem } = await createCertificatePem();
  return parseCertificate(`${keyPem.trim()}\n${certificatePem.trim()}\n`);
}

async function keep(
  folder: string,
  path: string,
  { keyPem, certificatePem }: DtlsCertificate,
  logger: Logger,
): Promise<void> {
  const half = `${path}.${process.pid}.new`;
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await writeFile(half, keyPem + certificatePem, { mode: OWNER_ONLY_FILE });
    await rename(half, path);
    logger.info(`a new DTLS certificate was made and kept in ${path}`);
  } catch (error) {
    logger.warn(
      `the DTLS certificate cannot be kept in ${folder} (${describeError(error)}), so the next start has a new fingerprint; set "storage" to a folder this user may write`,
    );
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
