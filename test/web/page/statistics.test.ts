import { describe, expect, test } from '@jest/globals';
import { describeFigures, readSample, reckon, type StreamSample } from '../../../web/page/statistics.ts';

const INBOUND = {
  id: 'in',
  type: 'inbound-rtp',
  kind: 'video',
  framesDecoded: 90,
  bytesReceived: 750_000,
  packetsReceived: 600,
  packetsLost: 2,
  jitterBufferDelay: 0.9,
  jitterBufferEmittedCount: 90,
  frameWidth: 1280,
  frameHeight: 720,
};
const PAIR = {
  id: 'pair',
  type: 'candidate-pair',
  currentRoundTripTime: 0.004,
  localCandidateId: 'l',
  remoteCandidateId: 'r',
};

const EARLIER: StreamSample = {
  atMs: 1_000,
  framesDecoded: 0,
  bytesReceived: 0,
  packetsReceived: 0,
  packetsLost: 0,
  jitterBufferDelayS: 0,
  jitterBufferEmitted: 0,
  width: 1280,
  height: 720,
  roundTripS: 0.004,
  route: 'direct',
};
const LATER: StreamSample = {
  ...EARLIER,
  atMs: 3_000,
  framesDecoded: 60,
  bytesReceived: 500_000,
  packetsReceived: 495,
  packetsLost: 5,
  jitterBufferDelayS: 0.3,
  jitterBufferEmitted: 60,
};

function candidates(local: object, remote: object) {
  return [
    { id: 'l', type: 'local-candidate', protocol: 'udp', ...local },
    { id: 'r', type: 'remote-candidate', ...remote },
  ];
}

describe('a sample', () => {
  test('is not there before a stream is received', () => {
    expect(readSample([PAIR], 0)).toBeUndefined();
  });

  test('holds the counters of the video and the round trip of the pair in use', () => {
    const stats = [INBOUND, { id: 't', type: 'transport', selectedCandidatePairId: 'pair' }, PAIR];
    expect(readSample(stats, 5)).toMatchObject({
      atMs: 5,
      framesDecoded: 90,
      packetsLost: 2,
      roundTripS: 0.004,
    });
  });

  test.each([
    [
      'by the transport (Chromium, Safari)',
      [{ id: 't', type: 'transport', selectedCandidatePairId: 'pair' }, PAIR],
    ],
    ['by the pair itself (Firefox)', [{ ...PAIR, selected: true }]],
    ['by nomination', [{ ...PAIR, nominated: true, state: 'succeeded' }]],
  ])('finds the pair in use marked %s', (_how, marks) => {
    expect(
      readSample([INBOUND, { ...PAIR, id: 'other', currentRoundTripTime: 9 }, ...marks], 0)?.roundTripS,
    ).toBe(0.004);
  });

  test.each([
    ['direct', { candidateType: 'host' }, { candidateType: 'host' }],
    ['direct', { candidateType: 'prflx' }, { candidateType: 'host' }],
    ['direct through a router', { candidateType: 'srflx' }, { candidateType: 'host' }],
    ['relayed by TURN', { candidateType: 'host' }, { candidateType: 'relay' }],
    ['direct (TCP)', { candidateType: 'host', protocol: 'tcp' }, { candidateType: 'host' }],
  ])('names the route %s', (route, local, remote) => {
    const stats = [INBOUND, { ...PAIR, selected: true }, ...candidates(local, remote)];
    expect(readSample(stats, 0)?.route).toBe(route);
  });
});

describe('figures', () => {
  test('are what happened between two samples', () => {
    expect(reckon(EARLIER, LATER)).toEqual({
      delayMs: 7,
      bitrateKbps: 2_000,
      fps: 30,
      lossPercent: 1,
      width: 1280,
      height: 720,
      route: 'direct',
    });
  });

  test('have no delay while no picture came out of the buffer or the round trip is unknown', () => {
    expect(reckon(EARLIER, { ...LATER, jitterBufferEmitted: 0 }).delayMs).toBeUndefined();
    expect(reckon(EARLIER, { ...LATER, roundTripS: undefined }).delayMs).toBeUndefined();
  });

  test('count repaired packets, which take the loss back, as no loss', () => {
    expect(reckon(LATER, { ...LATER, atMs: 4_000, packetsLost: 1 }).lossPercent).toBe(0);
  });

  test('are put in words', () => {
    expect(describeFigures(reckon(EARLIER, LATER))).toEqual([
      'network + buffer ≈ 7 ms',
      '2.0 Mbit/s',
      '30 fps',
      '1.0 % lost',
      '1280×720',
      'direct',
    ]);
    const slow = { ...LATER, bytesReceived: 50_000, roundTripS: undefined };
    expect(describeFigures(reckon(EARLIER, slow)).slice(0, 2)).toEqual(['network + buffer –', '200 kbit/s']);
  });
});
