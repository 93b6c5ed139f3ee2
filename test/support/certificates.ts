import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM files. */
export interface SignedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Validity {
  readonly from: string;
  readonly to: string;
}

/** As openssl writes times. */
const ALWAYS: Validity = { from: '20200101000000Z', to: '20491231235959Z' };
export const LONG_AGO: Validity = { from: '20200101000000Z', to: '20210101000000Z' };
export const NOT_YET: Validity = { from: '20480101000000Z', to: '20491231235959Z' };
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority of a test's own, which signs certificates for 127.0.0.1, until stopped. */
export class CertificateAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'picam-authority-'));
  readonly #configuration = join(this.#folder, 'ca.cnf');
  readonly #keyFile = join(this.#folder, 'ca.key');
  readonly caFile = join(this.#folder, 'ca.pem');
  #signed = 0;

  constructor(name = 'A test authority') {
    writeFileSync(join(this.#folder, 'signed'), '');
    writeFileSync(
      this.#configuration,
      `[ca]
default_ca = own
[own]
new_certs_dir = ${this.#folder}
database = ${join(this.#folder, 'signed')}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
`,
    );
    const files = ['-keyout', this.#keyFile, '-out', this.caFile];
    openssl('req', '-x509', ...NEW_KEY, ...files, '-subj', `/CN=${name}`, '-days', '2');
  }

  sign(name: string, { from, to } = ALWAYS): SignedCertificate {
    const base = join(this.#folder, String((this.#signed += 1)));
    const [request, certFile, keyFile] = [`${base}.csr`, `${base}.pem`, `${base}.key`];
    const extension = ['-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
    openssl(
      'req',
      '-new',
      ...NEW_KEY,
      '-keyout',
      keyFile,
      '-out',
      request,
      '-subj',
      `/CN=${name}`,
      ...extension,
    );
    const authority = ['-config', this.#configuration, '-cert', this.caFile, '-keyfile', this.#keyFile];
    openssl(
      'ca',
      '-batch',
      '-notext',
      ...authority,
      '-in',
      request,
      '-out',
      certFile,
      '-startdate',
      from,
      '-enddate',
      to,
    );
    return { certFile, keyFile };
  }

  stop(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function openssl(...words: string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
