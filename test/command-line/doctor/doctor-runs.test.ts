import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../../../demo/ports.ts';
import { CertificateAuthority, LONG_AGO } from '../../support/certificates.ts';
import { startMosquitto, type TestBroker } from '../../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInPicamera2 } from '../../support/stand-in-picamera2.ts';
import { installStandInRpicam } from '../../support/stand-in-rpicam.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WRONG_CLOCK = fileURLToPath(new URL('../../support/wrong-clock.mjs', import.meta.url));
const TEST_TIMEOUT_MS = 60_000;
const USER = { username: 'camera', password: 'a good one' };
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let broker: TestBroker;
/** All that is in PATH, and all that is printed but differs from run to run. */
let programs: string;
let storage: string;
let webPort: number;

beforeAll(async () => {
  broker = shared.own(await startMosquitto({ user: USER }));
});

beforeEach(async () => {
  programs = folder('picam-programs-');
  storage = folder('picam-storage-');
  webPort = await freePort();
  program('timedatectl', 'echo yes');
});

function folder(prefix: string): string {
  const path = mkdtempSync(join(tmpdir(), prefix));
  resources.onEnd(prefix, () => rmSync(path, { recursive: true }));
  return path;
}

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

function installFfmpeg(): void {
  symlinkSync('/usr/bin/ffmpeg', join(programs, 'ffmpeg'));
}

function installPicamera2(behaviour: 'still' | 'no-camera' = 'still'): void {
  resources.own(installStandInPicamera2(behaviour));
}

function installRpicam(behaviour: 'streams' | 'no-camera' = 'streams'): void {
  const { path, stop } = installStandInRpicam({ behaviour });
  resources.onEnd('rpicam', stop);
  symlinkSync(join(path.split(':')[0] ?? '', 'rpicam-vid'), join(programs, 'rpicam-vid'));
}

interface DoctorRun {
  /** Words for Node itself. */
  readonly node?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the command prints, with placeholders for what differs from run to run, and how it ends. */
async function doctor(
  words: readonly string[] = [],
  { node = [], environment = {} }: DoctorRun = {},
): Promise<{ text: string; code: number }> {
  const usual = ['--storage', storage, '--web-port', String(webPort)];
  const args = ['--no-warnings', ...node, 'command-line/picam.ts', 'doctor', ...usual, ...words];
  const env = { ...process.env, PATH: programs, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      const code = error ? Number(error.code) : 0;
      resolve({ text: `${stderr}${withPlaceholders(stdout)}`, code });
    });
  });
}

function withPlaceholders(text: string): string {
  return text
    .replaceAll(storage, '/var/lib/picam')
    .replaceAll(String(webPort), '8080')
    .replaceAll(String(broker.port), '1883')
    .replace(/version \S+/u, 'version 7.1')
    .replace(/\S+ \S+(?= UTC, set by the network)/u, '2026-11-26 10:00');
}

const loggedIn = (): Record<string, string> => ({
  PICAM_BROKER_URL: broker.url,
  PICAM_BROKER_USERNAME: USER.username,
  PICAM_BROKER_PASSWORD: USER.password,
});

test(
  'all is well',
  async () => {
    installFfmpeg();
    installPicamera2();
    installRpicam();
    expect(await doctor([], { environment: loggedIn() })).toEqual({
      code: 0,
      text: `\
✓ camera    source "picamera2": imx708 (Picamera2 can be asked for key frames, bit rates and snapshots)
✓ ffmpeg    version 7.1
✓ broker    mqtt://127.0.0.1:1883, logged in
✓ clock     2026-11-26 10:00 UTC, set by the network
✓ storage   /var/lib/picam can be written
✓ web page  127.0.0.1:8080 is free

All is well. Start it with "picam", or for good with "sudo picam service install".
`,
    });
  },
  TEST_TIMEOUT_MS,
);

test(
  'Picamera2 is missing, but rpicam-vid is there',
  async () => {
    installFfmpeg();
    installRpicam();
    expect(await doctor([], { environment: loggedIn() })).toEqual({
      code: 0,
      text: `\
! camera    source "rpicam": imx708, ov5647 (Picamera2 is not installed, rpicam-vid is)
            → so that viewers see a picture at once: sudo apt install python3-picamera2 --no-install-recommends
✓ ffmpeg    version 7.1
✓ broker    mqtt://127.0.0.1:1883, logged in
✓ clock     2026-11-26 10:00 UTC, set by the network
✓ storage   /var/lib/picam can be written
✓ web page  127.0.0.1:8080 is free

Picam can work; 1 to look at (!). Start it with "picam", or for good with "sudo picam service install".
`,
    });
  },
  TEST_TIMEOUT_MS,
);

test(
  'all programs are there, but no camera',
  async () => {
    installFfmpeg();
    installPicamera2('no-camera');
    installRpicam('no-camera');
    const { text, code } = await doctor([], { environment: loggedIn() });
    expect(code).toBe(1);
    expect(text).toContain(`\
✗ camera    none was found
              Picamera2: installed, no camera found
              rpicam-vid: installed (rpicam-vid 1.12.0), no camera found
              USB: no camera found
            → switch the Pi off, check both ends of the ribbon cable, switch it on again; or plug in a USB camera
            → without a camera: set "source" in picam.yaml to "test", "file:PATH" or "rtsp://…"
✓ ffmpeg`);
    expect(text).toMatch(
      /\n\nPicam cannot work like this: 1 to mend \(✗\)\. Then type "picam doctor" again\.\n$/u,
    );
  },
  TEST_TIMEOUT_MS,
);

test(
  'nothing is installed',
  async () => {
    const { text, code } = await doctor([], { environment: loggedIn() });
    expect(code).toBe(1);
    expect(text).toContain(`\
✗ camera    none was found
              Picamera2: not installed for /usr/bin/python3
              rpicam-vid: not installed
              USB: no camera found
            → for a camera on the ribbon cable: sudo apt install python3-picamera2 --no-install-recommends
            → without a camera: set "source" in picam.yaml to "test", "file:PATH" or "rtsp://…"
! ffmpeg    not installed; snapshots and video files need it
            → sudo apt install ffmpeg
`);
  },
  TEST_TIMEOUT_MS,
);

test(
  'ffmpeg is missing where the source needs it',
  async () => {
    const { text, code } = await doctor(['--source', 'test'], { environment: loggedIn() });
    expect(code).toBe(1);
    expect(text).toContain(`\
✗ ffmpeg    not installed; source "test" needs it
            → sudo apt install ffmpeg
`);
  },
  TEST_TIMEOUT_MS,
);

test(
  'the broker refuses: the connection, the password, the certificate',
  async () => {
    installFfmpeg();
    const ask = async (environment: Record<string, string>) => {
      const { text, code } = await doctor(['--source', 'test'], { environment });
      expect(code).toBe(1);
      return /^✗ broker[^]*?(?=\n\S)/mu.exec(text)?.[0];
    };
    expect(await ask({ PICAM_BROKER_URL: `mqtt://127.0.0.1:${webPort}` })).toBe(`\
✗ broker    mqtt://127.0.0.1:8080 is away: nothing listens at this address and port (ECONNREFUSED)
            → start it (sudo systemctl start mosquitto), let it listen on the network, or correct "broker.url"`);
    expect(await ask({ ...loggedIn(), PICAM_BROKER_PASSWORD: 'geheim' })).toBe(`\
✗ broker    mqtt://127.0.0.1:1883 refuses this user name and password
            → set "broker.username" and "broker.password" to a user that the broker knows`);
    const authority = resources.own(new CertificateAuthority());
    const tls = authority.sign('localhost', LONG_AGO);
    const { url } = resources.own(await startMosquitto({ tls }));
    const expired = await ask({ PICAM_BROKER_URL: url, PICAM_BROKER_CA_FILE: authority.caFile });
    expect(expired).toMatch(
      /shows a certificate that has expired\n +→ renew it on the broker; if it is still good there, set the clock of this machine \(sudo timedatectl set-ntp true\)$/u,
    );
  },
  TEST_TIMEOUT_MS,
);

test(
  'the clock is wrong',
  async () => {
    installFfmpeg();
    program('timedatectl', 'echo no');
    const wrong = { node: ['--import', WRONG_CLOCK], environment: { ...loggedIn(), WRONG_CLOCK: '60000' } };
    const { text, code } = await doctor(['--source', 'test'], wrong);
    expect(code).toBe(1);
    expect(text).toContain(`\
✗ clock     1970-01-01 00:01 UTC is wrong: encrypted connections will fail
            → sudo timedatectl set-ntp true, and check that the network reaches a time server
`);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a password in the path of an RTSP address is not printed, and the folder it makes is nobody else’s',
  async () => {
    const made = join(storage, 'made');
    const source = 'rtsp://camera.local/user=admin&password=geheim/ch1';
    const { text } = await doctor(['--source', source, '--storage', made], { environment: loggedIn() });
    expect(text).toContain('? camera    source "rtsp://camera.local/…" was not tried');
    expect(text).toContain('✗ ffmpeg    not installed; source "rtsp://camera.local/…" needs it');
    expect(text).not.toContain('geheim');
    expect(statSync(made).mode & 0o777).toBe(0o700);
  },
  TEST_TIMEOUT_MS,
);
