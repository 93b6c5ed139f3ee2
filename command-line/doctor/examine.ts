import { constants } from 'node:fs';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chooseSource, findsItsCamera } from '../../device/capture/choose-source.ts';
import { findCameras } from '../../device/capture/find-cameras.ts';
import { type RunProgram, runProgram } from '../../device/capture/program-run.ts';
import { isTimeSynchronized } from '../../device/status/time-sync.ts';
import { describeError } from '../../foundation/logger.ts';
import type { Configuration } from '../configuration-schema.ts';
import { askBroker } from './ask-broker.ts';
import { iceServerAnswers } from './ask-ice-server.ts';
import type { BrokerFact, CameraFact, Facts, FfmpegFact } from './facts.ts';
import { tryMicrophone } from './try-microphone.ts';

const FFMPEG_TIMEOUT_MS = 5_000;
const H264_ENCODERS = ['libx264', 'h264_v4l2m2m'];

/** Looks at everything at once, with time-outs; all it may leave behind is the storage folder. Never rejects. */
export async function examine(configuration: Configuration): Promise<Facts> {
  const { source, audio, storage, web, ice } = configuration;
  const urls = ice.servers.flatMap((server) => server.urls);
  const [camera, ffmpeg, microphone, broker, isSynchronized, storageProblem, webProblem, iceServers] =
    await Promise.all([
      lookAtCamera(source),
      lookAtFfmpeg(runProgram),
      tryMicrophone(audio, runProgram),
      lookAtBroker(configuration),
      isTimeSynchronized(),
      problemWithFolder(storage),
      problemWithPort(web.host, web.port),
      Promise.all(urls.map(async (url) => ({ url, answers: await iceServerAnswers(url) }))),
    ]);
  return {
    camera,
    ffmpeg,
    ...(microphone && { microphone }),
    broker,
    clock: { now: new Date(), isSynchronized },
    storage: { folder: storage, ...storageProblem },
    webPort: { address: `${web.host}:${web.port}`, ...webProblem },
    iceServers,
  };
}

async function lookAtCamera(spec: string): Promise<CameraFact> {
  if (/^(?:auto$|picamera2|rpicam)/u.test(spec)) return await lookForCameras(spec);
  const [, path] = /^(?:file|v4l2):([^?,]*)/u.exec(spec) ?? [];
  if (path === undefined) return { kind: 'unseen', spec: spec.replace(/\/\/.*@/u, '//') };
  return { kind: 'path', spec, path, ...(await problemOf(access(path, constants.R_OK))) };
}

async function lookForCameras(spec: string): Promise<CameraFact> {
  const findings = await findCameras();
  const choice = chooseSource(findings);
  const isFound = spec === 'auto' ? choice.kind === 'chosen' : findsItsCamera(spec, findings);
  return { kind: 'looked', spec, choice, isFound };
}

export async function lookAtFfmpeg(run: RunProgram): Promise<FfmpegFact> {
  const told = await run('ffmpeg', ['-version'], FFMPEG_TIMEOUT_MS);
  if (told.kind !== 'ended') return { kind: 'missing' };
  const [, version = 'unknown'] = /^ffmpeg version (\S+)/u.exec(told.stdout) ?? [];
  const list = await run('ffmpeg', ['-hide_banner', '-encoders'], FFMPEG_TIMEOUT_MS);
  const text = list.kind === 'ended' ? list.stdout : '';
  return {
    kind: 'there',
    version,
    encoders: H264_ENCODERS.filter((encoder) => text.includes(` ${encoder} `)),
  };
}

async function lookAtBroker({ broker, embeddedBroker }: Configuration): Promise<BrokerFact> {
  if (broker) return await askBroker(broker);
  const { host, port } = embeddedBroker;
  return { kind: 'embedded', address: `${host}:${port}`, ...(await problemWithPort(host, port)) };
}

async function problemWithFolder(folder: string): Promise<{ problem?: string }> {
  const probe = join(folder, `.picam-doctor-${process.pid}`);
  const write = async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
  };
  return await problemOf(write());
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
