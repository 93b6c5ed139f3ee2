import { allDropped, complaints, longestRoundTripMs, stateWord } from './camera-words.ts';
import { amount, megabits, milliseconds, percent, perSecond } from './figures.ts';
import type { CameraReading } from './fleet-watch.ts';

type Answered = Extract<CameraReading, { kind: 'answered' }>;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly read: (reading: Answered) => string;
}

const NARROWEST_NAME = 10;
const STATE_WIDTH = 8;

const COLUMNS: readonly Column[] = [
  { title: 'FPS', width: 4, read: ({ rates }) => perSecond(rates?.picturesPerS) },
  { title: 'Mb/s', width: 5, read: ({ rates }) => megabits(rates?.videoKbps) },
  { title: 'VIEW', width: 4, read: ({ statistics }) => amount(statistics.state.viewers) },
  { title: 'DROPS', width: 5, read: ({ statistics }) => amount(allDropped(statistics)) },
  { title: 'KEYS', width: 4, read: ({ statistics }) => amount(statistics.keyframeRequests.asked) },
  { title: 'RST', width: 3, read: ({ statistics }) => amount(statistics.source.restarts) },
  { title: 'P50', width: 4, read: ({ statistics }) => milliseconds(statistics.delays.total.p50Ms) },
  { title: 'P95', width: 4, read: ({ statistics }) => milliseconds(statistics.delays.total.p95Ms) },
  { title: 'P99', width: 4, read: ({ statistics }) => milliseconds(statistics.delays.total.p99Ms) },
  { title: 'RTT', width: 4, read: ({ statistics }) => milliseconds(longestRoundTripMs(statistics)) },
  { title: 'CPU', width: 4, read: ({ rates }) => percent(rates?.cpuShare) },
  { title: 'MEM', width: 4, read: ({ statistics }) => amount(statistics.process.residentBytes) },
];
const FIXED_WIDTH = COLUMNS.reduce((sum, { width }) => sum + 1 + width, 1 + STATE_WIDTH);

/** A line for each camera, not wider than `width` as long as that is 80 or more; below them what is wrong. */
export function fleetTable(readings: readonly CameraReading[], width: number): string[] {
  const longest = Math.max(...readings.map(({ camera }) => camera.device.length));
  const nameWidth = Math.max(NARROWEST_NAME, Math.min(longest, width - FIXED_WIDTH));
  const titles = COLUMNS.map((column) => column.title.padStart(column.width));
  const line = (name: string, state: string, figures: readonly string[]) =>
    [shortened(name, nameWidth).padEnd(nameWidth), state.padEnd(STATE_WIDTH), ...figures].join(' ').trimEnd();
  return [
    line('CAMERA', 'STATE', titles),
    ...readings.map((reading) => line(reading.camera.device, stateWord(reading), figuresOf(reading))),
    ...complaintLines(readings),
    '',
    'KEYS: key frames asked for; RST: encoder restarts; P50 to P99: ms from sensor to',
    'socket, last 30 s; RTT: ms to the furthest viewer; CPU, MEM: without the encoder',
  ];
}

function figuresOf(reading: CameraReading): string[] {
  if (reading.kind !== 'answered') return [];
  return COLUMNS.map(({ read, width }) => read(reading).padStart(width));
}

function complaintLines(readings: readonly CameraReading[]): string[] {
  const lines = readings.flatMap((reading) =>
    complaints(reading).map((complaint) => `${reading.camera.device}: ${complaint}`),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
