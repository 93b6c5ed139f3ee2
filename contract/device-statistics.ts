import { z } from 'zod';
import { stateSchema } from './device-messages.ts';
import { machineReadingsSchema } from './machine-readings.ts';

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const milliseconds = amount.nullable();

/** How long something took. Percentiles look back half a minute and are null when nothing happened in it. */
const delaySchema = z.object({
  /** Since the daemon started, as is `sumMs`. */
  count,
  sumMs: amount,
  p50Ms: milliseconds,
  p95Ms: milliseconds,
  p99Ms: milliseconds,
  maxMs: milliseconds,
});

/** Somebody who watches, or is about to. What the viewer tells itself is absent until it has told. */
const viewerStatisticsSchema = z.object({
  peer: z.string(),
  /** Since its offer. */
  ageS: amount,
  /** False while its connection is being made. */
  connected: z.boolean(),
  /** True while it cannot keep up and gets nothing until the next key frame. */
  congested: z.boolean(),
  packetsSent: count,
  packetsSentAgain: count,
  /** Of the network, from the device to the viewer and back. */
  roundTripMs: amount.optional(),
  /** Share of the packets that got lost between its last two reports, 0 to 1. */
  fractionLost: amount.optional(),
  jitterMs: amount.optional(),
  /** What it believes that its link can take. */
  estimatedBitrateKbps: amount.optional(),
});
export type ViewerStatistics = z.infer<typeof viewerStatisticsSchema>;

/** How the daemon itself is. */
const processStatisticsSchema = z.object({
  /** Processor time used since it started, without that of the programs it started, such as an encoder. */
  cpuS: amount,
  /** All memory it holds, and what its JavaScript objects take of that. */
  residentBytes: count,
  heapUsedBytes: count,
  /**
   * By how much its event loop is late, over the last half minute to minute. Null at first: it is measured only while
   * somebody asks for it, because measuring wakes the processor.
   */
  eventLoopDelay: z.object({ p50Ms: amount, p99Ms: amount, maxMs: amount }).nullable(),
});

/**
 * What a device counts and measures. Counts begin with the daemon, at `upS` zero, and never go back: the rate of
 * something is what it grew by between two replies, over the growth of `upS`.
 */
export const deviceStatisticsSchema = z.object({
  upS: amount,
  /** As in `D/state`, now. */
  state: stateSchema,
  /** Why `state.health` is not `ok` and what to do, worst first, as of the last look at the machine. */
  healthReasons: z.array(z.string()),
  /** The camera's encoder. `failures`: it ended by itself; `restarts`: it was started again, after that or by request. */
  source: z.object({ starts: count, restarts: count, failures: count }),
  /** What it made: pictures, how many of them are key frames, and their bytes. */
  video: z.object({ pictures: count, keyframes: count, bytes: count }),
  /** `asked`: by viewers, recordings and requests; `passed`: those that the encoder was told of, at most two a second. */
  keyframeRequests: z.object({ asked: count, passed: count }),
  /** Offers that were answered, those of them that became a connection, and those refused because no place was free. */
  views: z.object({ accepted: count, connected: count, refused: count }),
  viewers: z.array(viewerStatisticsSchema),
  /**
   * Pictures that one viewer did not get, over all viewers: `slowViewer` because its network did not take them, `pacing`
   * because a key frame overtook what was waiting to be sent.
   */
  droppedPictures: z.object({ slowViewer: count, pacing: count }),
  /** RTP of all viewers together. `packets` and `bytes` (of payload) are without those that were sent again. */
  sent: z.object({ packets: count, bytes: count, packetsAskedAgain: count, packetsSentAgain: count }),
  snapshots: z.object({ taken: count, failed: count }),
  recordings: z.object({ begun: count, failed: count }),
  /**
   * `ready`: from the sensor to the picture in packets. Sources that do not tell when the sensor saw a picture
   * (all but Picamera2) count from its first byte. `sent`: from there to the socket, for each viewer. `total`: both.
   */
  delays: z.object({ ready: delaySchema, sent: delaySchema, total: delaySchema }),
  process: processStatisticsSchema,
  /** As of the last look, at most half a minute ago. */
  machine: machineReadingsSchema,
});
export type DeviceStatistics = z.infer<typeof deviceStatisticsSchema>;
