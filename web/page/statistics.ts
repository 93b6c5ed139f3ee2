/** The counters of one moment, from RTCPeerConnection.getStats(). */
export interface StreamSample {
  readonly atMs: number;
  readonly framesDecoded: number;
  readonly bytesReceived: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly jitterBufferDelayS: number;
  readonly jitterBufferEmitted: number;
  readonly width: number;
  readonly height: number;
  readonly roundTripS: number | undefined;
  readonly route: string;
}

/** What happened between two samples. */
export interface StreamFigures {
  /** Half the round trip and the time in the jitter buffer; camera, encoder and screen are not in it. */
  readonly delayMs: number | undefined;
  readonly bitrateKbps: number;
  readonly fps: number;
  readonly lossPercent: number;
  readonly width: number;
  readonly height: number;
  readonly route: string;
}

type StatsEntry = Readonly<Record<string, unknown>>;

/** Undefined until a video stream is being received. */
export function readSample(stats: readonly StatsEntry[], atMs: number): StreamSample | undefined {
  const inbound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  if (!inbound) return undefined;
  const pair = selectedPair(stats);
  return {
    atMs,
    framesDecoded: numberOf(inbound, 'framesDecoded'),
    bytesReceived: numberOf(inbound, 'bytesReceived'),
    packetsReceived: numberOf(inbound, 'packetsReceived'),
    packetsLost: numberOf(inbound, 'packetsLost'),
    jitterBufferDelayS: numberOf(inbound, 'jitterBufferDelay'),
    jitterBufferEmitted: numberOf(inbound, 'jitterBufferEmittedCount'),
    width: numberOf(inbound, 'frameWidth'),
    height: numberOf(inbound, 'frameHeight'),
    roundTripS: pair && 'currentRoundTripTime' in pair ? numberOf(pair, 'currentRoundTripTime') : undefined,
    route: pair ? routeOf(stats, pair) : 'unknown route',
  };
}

/** `before` must be older than `now`. */
export function reckon(before: StreamSample, now: StreamSample): StreamFigures {
  const seconds = (now.atMs - before.atMs) / 1_000;
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const expected = lost + now.packetsReceived - before.packetsReceived;
  return {
    delayMs: delayMs(before, now),
    bitrateKbps: ((now.bytesReceived - before.bytesReceived) * 8) / 1_000 / seconds,
    fps: (now.framesDecoded - before.framesDecoded) / seconds,
    lossPercent: expected > 0 ? (lost / expected) * 100 : 0,
    width: now.width,
    height: now.height,
    route: now.route,
  };
}

/** The figures in words for people, most important first. */
export function describeFigures({
  delayMs,
  bitrateKbps,
  fps,
  lossPercent,
  ...rest
}: StreamFigures): string[] {
  const { width, height, route } = rest;
  return [
    `network + buffer ${delayMs === undefined ? '–' : `≈ ${Math.round(delayMs)} ms`}`,
    formatBitrate(bitrateKbps),
    `${Math.round(fps)} fps`,
    `${lossPercent === 0 ? '0' : lossPercent.toFixed(1)} % lost`,
    `${width}×${height}`,
    route,
  ];
}

function formatBitrate(bitrateKbps: number): string {
  return bitrateKbps < 1_000
    ? `${Math.round(bitrateKbps)} kbit/s`
    : `${(bitrateKbps / 1_000).toFixed(1)} Mbit/s`;
}

function delayMs(before: StreamSample, now: StreamSample): number | undefined {
  const emitted = now.jitterBufferEmitted - before.jitterBufferEmitted;
  if (emitted <= 0 || now.roundTripS === undefined) return undefined;
  const buffered = (now.jitterBufferDelayS - before.jitterBufferDelayS) / emitted;
  return (buffered + now.roundTripS / 2) * 1_000;
}

/** Browsers differ in how they mark the pair in use. */
function selectedPair(stats: readonly StatsEntry[]): StatsEntry | undefined {
  const pairs = stats.filter(({ type }) => type === 'candidate-pair');
  const selectedId = stats.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  return (
    pairs.find(({ id }) => id === selectedId) ??
    pairs.find(({ selected }) => selected === true) ??
    pairs.find(({ nominated, state }) => nominated === true && state === 'succeeded')
  );
}

function routeOf(stats: readonly StatsEntry[], pair: StatsEntry): string {
  const local = stats.find(({ id }) => id === pair['localCandidateId']);
  const remote = stats.find(({ id }) => id === pair['remoteCandidateId']);
  const types = [local?.['candidateType'], remote?.['candidateType']];
  if (types.includes('relay')) return 'relayed by TURN';
  const protocol = local?.['protocol'] === 'tcp' ? ' (TCP)' : '';
  return `${types.includes('srflx') ? 'direct through a router' : 'direct'}${protocol}`;
}

function numberOf(entry: StatsEntry, key: string): number {
  const value = entry[key];
  return typeof value === 'number' ? value : 0;
}
