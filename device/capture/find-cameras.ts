import { z } from 'zod';
import type { CameraFindings, Picamera2Finding, RpicamFinding, UsbFinding } from './camera-findings.ts';
import { HELPER_ARGS, SYSTEM_PYTHON } from './picamera2/helper-command.ts';
import { type ProgramRun, type RunProgram, runProgram } from './program-run.ts';
import { findRpicamProgram, listRpicamCameras } from './rpicam-program.ts';
import { listUsbCameras, type UsbCamera } from './v4l2-devices.ts';

export interface FindCamerasOptions {
  readonly run?: RunProgram;
  readonly listUsb?: () => Promise<readonly UsbCamera[]>;
}

/** The import alone takes seconds on a Pi Zero. */
const PROBE_TIMEOUT_MS = 20_000;
const FFMPEG_TIMEOUT_MS = 5_000;

const probeSchema = z.object({ cameras: z.array(z.object({ model: z.string(), number: z.number() })) });

/** Looks at every way to a camera, with time-outs, and opens none: also legal while a camera streams. */
export async function findCameras(options: FindCamerasOptions = {}): Promise<CameraFindings> {
  const { run = runProgram, listUsb = listUsbCameras } = options;
  const [[picamera2, rpicam], usb] = await Promise.all([findOnRibbonCable(run), findUsb(run, listUsb)]);
  return { picamera2, rpicam, usb };
}

/** One after the other: both ask the same library, which does not like to be asked twice at once. */
async function findOnRibbonCable(run: RunProgram): Promise<[Picamera2Finding, RpicamFinding]> {
  return [await findByPicamera2(run), await findByRpicam(run)];
}

async function findByPicamera2(run: RunProgram): Promise<Picamera2Finding> {
  const result = await run(SYSTEM_PYTHON, [...HELPER_ARGS, '--probe'], PROBE_TIMEOUT_MS);
  if (result.kind === 'missing') return { kind: 'not-installed' };
  if (result.kind !== 'ended') return { kind: 'broken', problem: problemOf(result) };
  if (/picam-failure not-installed: No module named '(picamera2|libcamera)'/.test(result.stderr))
    return { kind: 'not-installed' };
  return readProbe(result.stdout) ?? { kind: 'broken', problem: problemOf(result) };
}

function readProbe(stdout: string): Picamera2Finding | undefined {
  try {
    const { cameras } = probeSchema.parse(JSON.parse(stdout));
    if (cameras.length === 0) return { kind: 'no-camera' };
    return { kind: 'cameras', models: cameras.map(({ model }) => model) };
  } catch {
    return undefined;
  }
}

async function findByRpicam(run: RunProgram): Promise<RpicamFinding> {
  const program = await findRpicamProgram(run);
  if (!program) return { kind: 'not-installed' };
  const cameras = await listRpicamCameras(run, program);
  if (!cameras) return { kind: 'broken', program };
  return cameras.length > 0 ? { kind: 'cameras', program, cameras } : { kind: 'no-camera', program };
}

async function findUsb(run: RunProgram, listUsb: () => Promise<readonly UsbCamera[]>): Promise<UsbFinding> {
  const [first, ...others] = await listUsb();
  if (!first) return { kind: 'no-camera' };
  const cameras = [first, ...others] as const;
  const ffmpeg = await run('ffmpeg', ['-version'], FFMPEG_TIMEOUT_MS);
  return ffmpeg.kind === 'missing'
    ? { kind: 'no-ffmpeg', cameras }
    : { kind: 'cameras', cameras: [...cameras] };
}

function problemOf(result: ProgramRun): string {
  switch (result.kind) {
    case 'ended':
      return lastLineOf(result.stderr) || `exit status ${result.exitCode}`;
    case 'timed-out':
      return `no answer within ${PROBE_TIMEOUT_MS / 1000} s`;
    case 'failed':
      return result.problem;
    case 'missing':
      return 'not installed';
  }
}

function lastLineOf(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(/^picam-failure [a-z-]+: /, '').slice(0, 300);
}
