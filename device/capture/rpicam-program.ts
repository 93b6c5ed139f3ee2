import type { RunProgram } from './program-run.ts';

/** The camera program of Raspberry Pi OS, by whatever name and of whatever age. */
export interface RpicamProgram {
  readonly name: 'rpicam-vid' | 'libcamera-vid';
  /** As it tells, such as `1.12.0`; `0.0.0` when it does not. */
  readonly version: string;
  /** Knows x264: needed on a Pi 5, which has no hardware encoder. */
  readonly hasLibav: boolean;
  /** Knows --low-latency. */
  readonly hasLowLatency: boolean;
}

export interface RpicamCamera {
  readonly number: number;
  /** The sensor, such as `imx708`. */
  readonly model: string;
  /** Where it is plugged in, as the device tree has it. */
  readonly path: string;
}

/** Newest name first: programs were renamed in 1.4.0, the old names gone in 1.8.0. */
const NAMES = ['rpicam-vid', 'libcamera-vid'] as const;
const LOW_LATENCY_SINCE: readonly [major: number, minor: number] = [1, 6];
const VERSION_TIMEOUT_MS = 5_000;
const LIST_TIMEOUT_MS = 10_000;

/** The program, or undefined where it is not installed. */
export async function findRpicamProgram(run: RunProgram): Promise<RpicamProgram | undefined> {
  for (const name of NAMES) {
    const result = await run(name, ['--version'], VERSION_TIMEOUT_MS);
    if (result.kind === 'missing') continue;
    return describeProgram(name, result.kind === 'ended' ? result.stdout + result.stderr : '');
  }
  return undefined;
}

/** The cameras it sees; undefined when it did not tell. */
export async function listRpicamCameras(
  run: RunProgram,
  program: RpicamProgram,
): Promise<readonly RpicamCamera[] | undefined> {
  const result = await run(program.name, ['--list-cameras'], LIST_TIMEOUT_MS);
  return result.kind === 'ended' ? parseCameraList(result.stdout) : undefined;
}

/** Reads the answer to --list-cameras, which is empty without cameras, though not an error. */
export function parseCameraList(text: string): RpicamCamera[] {
  return [...text.matchAll(/^\s*(\d+) : (\S+) \[.*?\] \((.+)\)$/gm)].map(
    ([, number, model = '', path = '']) => ({
      number: Number(number),
      model,
      path,
    }),
  );
}

function describeProgram(name: RpicamProgram['name'], words: string): RpicamProgram {
  const [, major = 0, minor = 0, patch = 0] = (/build: v?(\d+)\.(\d+)\.(\d+)/.exec(words) ?? []).map(Number);
  const [sinceMajor, sinceMinor] = LOW_LATENCY_SINCE;
  return {
    name,
    version: `${major}.${minor}.${patch}`,
    hasLibav: /\blibav:1\b/.test(words),
    hasLowLatency: major > sinceMajor || (major === sinceMajor && minor >= sinceMinor),
  };
}
