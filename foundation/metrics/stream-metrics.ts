import type { DeviceStatistics, ViewerStatistics } from '../../contract/device-statistics.ts';
import { counter, gauge, type MetricFamily, type Sample } from './metrics-text.ts';

/** From the encoder to the viewers. */
export const STREAM_METRICS: readonly MetricFamily<DeviceStatistics>[] = [
  gauge('picam_uptime_seconds', 'Since the daemon started.', ({ upS }) => upS),
  gauge('picam_streaming', 'Whether the camera is running.', ({ state }) => state.streaming),
  gauge('picam_enabled', 'Whether its owner lets the camera run.', ({ state }) => state.enabled),
  gauge('picam_recording', 'Whether it records.', ({ state }) => state.recording),
  gauge('picam_motion', 'Whether something moves.', ({ state }) => state.motion),
  gauge('picam_health', 'Which of its states the health is in.', ({ state }) =>
    ['ok', 'degraded', 'failed'].map((health) => ({
      value: Number(state.health === health),
      labels: { health },
    })),
  ),
  counter('picam_source_starts_total', 'Starts of the encoder.', ({ source }) => source.starts),
  counter(
    'picam_source_restarts_total',
    'Starts of the encoder after it failed, or by request.',
    ({ source }) => source.restarts,
  ),
  counter(
    'picam_source_failures_total',
    'Times the encoder ended by itself.',
    ({ source }) => source.failures,
  ),
  counter('picam_pictures_total', 'Pictures from the encoder.', ({ video }) => video.pictures),
  counter('picam_keyframes_total', 'Key frames among them.', ({ video }) => video.keyframes),
  counter('picam_video_bytes_total', 'Bytes of all these pictures.', ({ video }) => video.bytes),
  counter(
    'picam_keyframe_requests_total',
    'Requests for a key frame, by viewers, recordings and commands.',
    ({ keyframeRequests }) => keyframeRequests.asked,
  ),
  counter(
    'picam_keyframe_requests_passed_total',
    'Requests for a key frame that the encoder was told of.',
    ({ keyframeRequests }) => keyframeRequests.passed,
  ),
  gauge(
    'picam_viewers',
    'Viewers, those included whose connection is being made.',
    ({ state }) => state.viewers,
  ),
  gauge(
    'picam_viewers_congested',
    'Viewers that get nothing until the next key frame, as they cannot keep up.',
    ({ viewers }) => viewers.filter(({ congested }) => congested).length,
  ),
  counter('picam_views_accepted_total', 'Offers that were answered.', ({ views }) => views.accepted),
  counter('picam_views_connected_total', 'Connections made of them.', ({ views }) => views.connected),
  counter('picam_views_refused_total', 'Offers refused for want of a place.', ({ views }) => views.refused),
  counter(
    'picam_pictures_dropped_total',
    'Pictures that a viewer did not get, over all viewers.',
    ({ droppedPictures }) => [
      { value: droppedPictures.slowViewer, labels: { cause: 'slow_viewer' } },
      { value: droppedPictures.pacing, labels: { cause: 'pacing' } },
    ],
  ),
  counter('picam_sent_packets_total', 'RTP packets sent, without repetitions.', ({ sent }) => sent.packets),
  counter('picam_sent_bytes_total', 'Payload bytes sent, without repetitions.', ({ sent }) => sent.bytes),
  counter(
    'picam_retransmissions_requested_total',
    'Packets that viewers asked for again.',
    ({ sent }) => sent.packetsAskedAgain,
  ),
  counter('picam_retransmissions_sent_total', 'Packets sent again.', ({ sent }) => sent.packetsSentAgain),
  gauge(
    'picam_viewer_round_trip_seconds',
    'The longest of all viewers, between camera and viewer.',
    ({ viewers }) => worstOf(viewers, ({ roundTripMs }) => roundTripMs && roundTripMs / 1_000),
  ),
  gauge('picam_viewer_loss_ratio', 'The largest share of lost packets of all viewers.', ({ viewers }) =>
    worstOf(viewers, ({ fractionLost }) => fractionLost),
  ),
  counter('picam_snapshots_total', 'Snapshots by how they went.', ({ snapshots }) => [
    { value: snapshots.taken, labels: { result: 'taken' } },
    { value: snapshots.failed, labels: { result: 'failed' } },
  ]),
  counter('picam_recordings_begun_total', 'Recordings begun.', ({ recordings }) => recordings.begun),
  counter('picam_recordings_failed_total', 'Recordings that failed.', ({ recordings }) => recordings.failed),
  {
    name: 'picam_picture_delay_seconds',
    type: 'summary',
    help: 'Delay of pictures: stage ready from the sensor to packets, sent from there to the socket, total both.',
    read: ({ delays }) =>
      (['ready', 'sent', 'total'] as const).flatMap((stage) => delaySamples(stage, delays[stage])),
  },
];

function delaySamples(stage: string, delay: DeviceStatistics['delays']['total']): Sample[] {
  const quantiles = [
    ['0.5', delay.p50Ms],
    ['0.95', delay.p95Ms],
    ['0.99', delay.p99Ms],
  ] as const;
  return [
    ...quantiles.map(([quantile, ms]) => ({
      value: ms === null ? Number.NaN : ms / 1_000,
      labels: { stage, quantile },
    })),
    { suffix: '_sum', value: delay.sumMs / 1_000, labels: { stage } },
    { suffix: '_count', value: delay.count, labels: { stage } },
  ];
}

function worstOf(
  viewers: readonly ViewerStatistics[],
  read: (viewer: ViewerStatistics) => number | undefined,
): number | undefined {
  const told = viewers.flatMap((viewer) => read(viewer) ?? []);
  return told.length === 0 ? undefined : Math.max(...told);
}
