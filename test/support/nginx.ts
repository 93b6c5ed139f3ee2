import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from '../../demo/child-program.ts';
import { answers, freePort } from '../../demo/ports.ts';
import type { SignedCertificate } from './certificates.ts';
import { waitUntil } from './wait-until.ts';

const START_TIMEOUT_MS = 10_000;
const WITH_SYSTEM_PROGRAMS = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` };

export interface NginxOptions {
  readonly certificate: SignedCertificate;
  /** Lines of the `server` block. */
  readonly settings: string;
}

export interface TestNginx {
  /** With TLS, on loopback. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's nginx in front of something. */
export async function startNginx({ certificate, settings }: NginxOptions): Promise<TestNginx> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'picam-nginx-'));
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(configuration, configurationFor(folder, port, certificate, settings));
  const args = ['-p', folder, '-e', 'stderr', '-c', configuration];
  const program = new ChildProgram({ name: 'nginx', command: 'nginx', args, env: WITH_SYSTEM_PROGRAMS });
  const stop = async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  program.start();
  try {
    await waitUntil('nginx answers', async () => program.running && (await answers(port)), START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw program.failure('does not accept connections', error);
  }
  return { url: `https://127.0.0.1:${port}`, stop };
}

function configurationFor(
  folder: string,
  port: number,
  { certFile, keyFile }: SignedCertificate,
  settings: string,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certFile};
    ssl_certificate_key ${keyFile};
    ${settings}
  }
}
`;
}
