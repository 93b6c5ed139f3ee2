import { constants } from 'node:fs';
import { access, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chooseSource, findsItsCamera } from '../../device/capture/choose-source.ts';
import { findCameras } from '../../device/capture/find-cameras.ts';
import { hasHardwareEncoder } from '../../device/capture/v4l2-devices.ts';
import { type RunProgram, runProgram } from '../../device/capture/program-run.ts';
import { redactRtspUrls } from '../../device/capture/rtsp-source.ts';
import { isTimeSynchronized } from '../../device/status/time-sync.ts';
import { askBroker } from '../../foundation/ask-broker.ts';
import type { BrokerSettings } from '../../foundation/broker-settings.ts';
import { describeError } from '../../foundation/logger.ts';
import { OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';
import type { Configuration } from '../configuration-schema.ts';
import { iceServerAnswers } from './ask-ice-server.ts';
import type { BrokerFact, CameraFact, Facts, FfmpegFact, RecordingsFact } from './facts.ts';
import { tryMicrophone } from './try-microphone.ts';
import { trySpeaker } from './try-speaker.ts';

const FFMPEG_TIMEOUT_MS = 5_000;
const BYTES_PER_MB = 1_000_000;
const SOFTWARE_ENCODER = 'libx264';
/** ffmpeg has it on every Linux, the machine only up to the Pi 4. */
const HARDWARE_ENCODER = 'h264_v4l2m2m';

/** Looks at everything at once, with time-outs; all it may leave behind is the storage folder. Never rejects. */
export async function examine(configuration: Configuration): Promise<Facts> {
  const { source, audio, storage, recording, web, ice } = configuration;
  const urls = ice.servers.flatMap((server) => server.urls);
  const [
    camera,
    ffmpeg,
    microphone,
    speaker,
    broker,
    isSynchronized,
    storageProblem,
    recordings,
    webProblem,
    iceServers,
  ] = await Promise.all([
    lookAtCamera(source),
    lookAtFfmpeg(runProgram),
    tryMicrophone(audio, runProgram),
    trySpeaker(audio.speaker, runProgram),
    lookAtBroker(configuration),
    isTimeSynchronized(),
    problemOf(makeFolder(storage).then(() => tryToWrite(storage))),
    lookAtRecordings(recording, storage),
    problemWithPort(web.host, web.port),
    Promise.all(urls.map(async (url) => ({ url, answers: await iceServerAnswers(url) }))),
  ]);
  return {
    camera,
    ffmpeg,
    ...(microphone && { microphone }),
    ...(speaker && { speaker }),
    broker,
    clock: { now: new Date(), isSynchronized },
    storage: { folder: storage, ...storageProblem },
    recordings,
    webPort: { address: `${web.host}:${web.port}`, ...webProblem },
    iceServers,
  };
}

async function lookAtCamera(spec: string): Promise<CameraFact> {
  if (/^(?:auto$|picamera2|rpicam)/u.test(spec)) return await lookForCameras(spec);
  const [, path] = /^(?:file|v4l2):([^?,]*)/u.exec(spec) ?? [];
  if (/^rtsps?:/iu.test(spec)) return { kind: 'untried', spec: redactRtspUrls(spec) };
  if (path === undefined) return { kind: 'unseen', spec };
  return { kind: 'path', spec, path, ...(await problemOf(access(path, constants.R_OK))) };
}

async function lookForCameras(spec: string): Promise<CameraFact> {
  const findings = await findCameras();
  const choice = chooseSource(findings);
  const isFound = spec === 'auto' ? choice.kind === 'chosen' : findsItsCamera(spec, findings);
  return { kind: 'looked', spec, choice, isFound };
}

export async function lookAtFfmpeg(run: RunProgram, hasHardware = hasHardwareEncoder): Promise<FfmpegFact> {
  const told = await run('ffmpeg', ['-version'], FFMPEG_TIMEOUT_MS);
  if (told.kind !== 'ended') return { kind: 'missing' };
  const [, version = 'unknown'] = /^ffmpeg version (\S+)/u.exec(told.stdout) ?? [];
  const list = await run('ffmpeg', ['-hide_banner', '-encoders'], FFMPEG_TIMEOUT_MS);
  const text = list.kind === 'ended' ? list.stdout : '';
  const usable = (await hasHardware()) ? [SOFTWARE_ENCODER, HARDWARE_ENCODER] : [SOFTWARE_ENCODER];
  const encoders = usable.filter((encoder) => text.includes(` ${encoder} `));
  return { kind: 'there', version, encoders };
}

async function lookAtBroker({ broker, embeddedBroker }: Configuration): Promise<BrokerFact> {
  if (broker) return await lookAtConfigured(broker);
  const { host, port } = embeddedBroker;
  return { kind: 'embedded', address: `${host}:${port}`, ...(await problemWithPort(host, port)) };
}

async function lookAtConfigured(broker: BrokerSettings): Promise<BrokerFact> {
  const answer = await askBroker(broker);
  if (answer.kind === 'logged-in') return answer;
  const { problem, remedy } = answer.why;
  return { kind: 'unusable', url: answer.url, problem, remedy };
}

/** A folder that is configured is not made: its disk may not be plugged in. */
export async function lookAtRecordings(
  { folder: configured, minFreeMB }: Configuration['recording'],
  storage: string,
): Promise<RecordingsFact> {
  const folder = configured ?? storage;
  const isConfigured = configured !== undefined;
  const problem = isConfigured ? await problemOf(tryToWrite(folder)) : {};
  try {
    const { bavail, bsize } = await statfs(folder);
    const freeMB = Math.floor((bavail * bsize) / BYTES_PER_MB);
    return { folder, isConfigured, minFreeMB, freeMB, ...problem };
  } catch {
    return { folder, isConfigured, minFreeMB, ...problem };
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
}

async function tryToWrite(folder: string): Promise<void> {
  const probe = join(folder, `.picam-doctor-${process.pid}`);
  await writeFile(probe, '');
  await rm(probe);
}

function problemWithPort(host: string, port: number): Promise<{ problem?: string }> {
  const server = createServer();
  const listening = new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  return problemOf(listening).finally(() => server.close());
}

async function problemOf(attempt: Promise<unknown>): Promise<{ problem?: string }> {
  try {
    await attempt;
    return {};
  } catch (error) {
    return { problem: describeError(error) };
  }
}
