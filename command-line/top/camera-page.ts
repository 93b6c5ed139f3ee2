import type { DeviceStatistics, ViewerStatistics } from '../../contract/device-statistics.ts';
import { complaints, stateWord } from './camera-words.ts';
import { amount, duration, megabits, milliseconds, percent, perSecond } from './figures.ts';
import type { CameraReading } from './fleet-watch.ts';

type Answered = Extract<CameraReading, { kind: 'answered' }>;

const LABEL_WIDTH = 17;
const FIGURE_WIDTH = 8;
const PEER_WIDTH = 28;

/** All that one camera tells, at most 80 characters wide but for what is wrong. */
export function cameraPage(reading: CameraReading): string[] {
  const { device, info } = reading.camera;
  const name = info && info.name !== device ? ` (${info.name})` : '';
  const head = `${device}${name}: ${stateWord(reading)}`;
  const wrong = complaints(reading).map((complaint) => `! ${complaint}`);
  if (reading.kind !== 'answered') return [head, ...wrong];
  const { statistics, answerMs } = reading;
  return [
    `${head}, up ${duration(statistics.upS)}; answers in ${milliseconds(answerMs)} ms by way of the broker`,
    ...wrong,
    '',
    ...counts(reading),
    ...machine(reading),
    '',
    ...delays(statistics),
    '',
    ...viewers(statistics.viewers),
  ];
}

function counts({ statistics, rates }: Answered): string[] {
  const { video, keyframeRequests, source, sent, droppedPictures, views, snapshots, recordings } = statistics;
  return [
    labelled('pictures', `${perSecond(rates?.picturesPerS)} a second, ${megabits(rates?.videoKbps)} Mb/s`),
    labelled(
      'key frames',
      `${amount(video.keyframes)}; asked for ${amount(keyframeRequests.asked)}, passed on ${amount(keyframeRequests.passed)}`,
    ),
    labelled(
      'encoder',
      `${amount(source.starts)} starts, ${amount(source.restarts)} restarts, ${amount(source.failures)} failures`,
    ),
    labelled(
      'sent',
      `${megabits(rates?.sentKbps)} Mb/s; ${amount(sent.packets)} packets, ${amount(sent.packetsSentAgain)} again of ${amount(sent.packetsAskedAgain)} asked for`,
    ),
    labelled(
      'dropped',
      `${amount(droppedPictures.slowViewer)} for slow viewers, ${amount(droppedPictures.pacing)} by pacing`,
    ),
    labelled(
      'views',
      `${amount(views.accepted)} accepted, ${amount(views.connected)} connected, ${amount(views.refused)} refused`,
    ),
    labelled('snapshots', `${amount(snapshots.taken)} taken, ${amount(snapshots.failed)} failed`),
    labelled('recordings', `${amount(recordings.begun)} begun, ${amount(recordings.failed)} failed`),
  ];
}

function machine({ statistics, rates }: Answered): string[] {
  const { process: daemon, machine: readings } = statistics;
  const loop = daemon.eventLoopDelay;
  const parts = [
    readings.cpu && `load ${readings.cpu.load[0].toFixed(2)} on ${readings.cpu.cores} cores`,
    readings.temperatureC !== undefined && `${readings.temperatureC.toFixed(1)} °C`,
    readings.memory && `${amount(readings.memory.availableBytes)}B memory free`,
    readings.disk && `${amount(readings.disk.freeBytes)}B disk free`,
  ].filter((part) => typeof part === 'string');
  return [
    labelled(
      'daemon',
      `CPU ${percent(rates?.cpuShare)}, memory ${amount(daemon.residentBytes)}B (heap ${amount(daemon.heapUsedBytes)}B), event loop late by ${milliseconds(loop?.p99Ms)} ms`,
    ),
    ...(parts.length > 0 ? [labelled('machine', parts.join(', '))] : []),
  ];
}

function delays({ delays: { ready, sent, total } }: DeviceStatistics): string[] {
  const rows = [
    ['sensor → packets', ready],
    ['packets → socket', sent],
    ['sensor → socket', total],
  ] as const;
  return [
    labelled('delay, ms', figures(['p50', 'p95', 'p99', 'most'])),
    ...rows.map(([label, { p50Ms, p95Ms, p99Ms, maxMs }]) =>
      labelled(label, figures([p50Ms, p95Ms, p99Ms, maxMs].map(milliseconds))),
    ),
  ];
}

function viewers(all: readonly ViewerStatistics[]): string[] {
  if (all.length === 0) return ['nobody is watching'];
  return [
    `${'VIEWER'.padEnd(PEER_WIDTH)}${figures(['RTT ms', 'LOSS', 'JITTER', 'LINK', 'AGAIN'])}  SINCE`,
    ...all.map(
      (viewer) => `${viewer.peer.slice(0, PEER_WIDTH - 1).padEnd(PEER_WIDTH)}${viewerFigures(viewer)}`,
    ),
  ];
}

function viewerFigures(viewer: ViewerStatistics): string {
  const { ageS, connected, congested, roundTripMs, fractionLost, jitterMs, packetsSentAgain } = viewer;
  if (!connected) return `  connecting for ${duration(ageS)}`;
  const told = figures([
    milliseconds(roundTripMs),
    percent(fractionLost),
    milliseconds(jitterMs),
    megabits(viewer.estimatedBitrateKbps),
    amount(packetsSentAgain),
  ]);
  return `${told}  ${congested ? 'too slow' : duration(ageS)}`;
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${text}`;
}

function figures(texts: readonly string[]): string {
  return texts.map((text) => text.padStart(FIGURE_WIDTH)).join('');
}
