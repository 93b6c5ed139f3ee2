import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CameraError } from '../../contract/errors.ts';
import { describeError } from '../../foundation/logger.ts';
import { OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';
import { environmentWithoutSettings } from '../../foundation/program-environment.ts';
import { writeDaemonSettings } from '../local-camera/daemon-settings.ts';
import type { LocalCameraSettings } from '../local-camera/local-camera-settings.ts';
import { picamCommand } from '../local-camera/picam-command.ts';

const TIMEOUT_MS = 30_000;
/** With something of its own behind it: while somebody types, one examination begins before another has ended. */
const EXAMINATION_FOLDER = 'examination-';
/** Nobody starts a web page here. */
const NOT_OF_INTEREST = 'web page';
/** The live picture in the page tries what the doctor only names. */
const LEFT_TO_THE_PICTURE = 'untried';

const reportSchema = z.object({
  findings: z.array(
    z.object({
      about: z.string(),
      state: z.enum(['good', LEFT_TO_THE_PICTURE, 'doubtful', 'bad']),
      found: z.string(),
      remedy: z.string().optional(),
    }),
  ),
});
export type Finding = z.infer<typeof reportSchema>['findings'][number];

/**
 * What `picam doctor` says about this machine with the settings in the form.
 * @throws CameraError when it says nothing that can be read.
 */
export async function consultLocalDoctor(
  settings: LocalCameraSettings,
  prefix: string,
  folder: string,
): Promise<Finding[]> {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  removeAbandoned(folder);
  const own = mkdtempSync(join(folder, EXAMINATION_FOLDER));
  try {
    const { file } = writeDaemonSettings(settings, own, prefix);
    const { findings } = reportSchema.parse(JSON.parse(await runDoctor(file)));
    return findings.filter(({ about, state }) => about !== NOT_OF_INTEREST && state !== LEFT_TO_THE_PICTURE);
  } catch (cause) {
    if (cause instanceof CameraError) throw cause;
    throw new CameraError('internal', 'The examination of this machine gave no result.', { cause });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Of examinations that were killed. Those of another window may still go on. */
function removeAbandoned(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.startsWith(EXAMINATION_FOLDER));
  for (const path of names.map((name) => join(folder, name))) {
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (ageMs > 2 * TIMEOUT_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** It ends with 1 when something is to mend, and has written its report all the same. */
function runDoctor(file: string): Promise<string> {
  const { program, args } = picamCommand(['doctor', '--json', '--config', file]);
  const options = {
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: environmentWithoutSettings(process.env),
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (stdout !== '') resolve(stdout);
      else reject(new CameraError('internal', stderr.trim() || describeError(error)));
    });
    child.stdin?.end();
  });
}
