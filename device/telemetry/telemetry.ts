import type { DeviceState } from '../../contract/device-messages.ts';
import type { DeviceStatistics, ViewerStatistics } from '../../contract/device-statistics.ts';
import { type Clock, systemClock } from '../capture/clock.ts';
import type { HealthWatch } from '../health/health-watch.ts';
import { EventLoopWatch } from './event-loop-watch.ts';
import type { Tally } from './tally.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;

export interface TelemetryOptions {
  readonly tally: Tally;
  readonly currentState: () => DeviceState;
  readonly health: Pick<HealthWatch, 'verdict' | 'readings'>;
  readonly viewers: () => ViewerStatistics[];
  readonly clock?: Clock;
}

/** Everything this device counts and measures, as one answer. */
export class Telemetry {
  readonly #options: TelemetryOptions;
  readonly #clock: Clock;
  readonly #eventLoop: EventLoopWatch;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#eventLoop = new EventLoopWatch(this.#clock);
  }

  /** From memory alone: whoever asks every second costs next to nothing. */
  read(): DeviceStatistics {
    const { tally, currentState, health, viewers } = this.#options;
    const { delays, ...counts } = tally;
    const nowUs = this.#clock.nowUs();
    return {
      upS: process.uptime(),
      state: currentState(),
      healthReasons: [...health.verdict().reasons],
      ...counts,
      viewers: viewers(),
      delays: {
        ready: delays.ready.read(nowUs),
        sent: delays.sent.read(nowUs),
        total: delays.total.read(nowUs),
      },
      process: this.#readProcess(),
      machine: health.readings,
    };
  }

  close(): void {
    this.#eventLoop.close();
  }

  #readProcess(): DeviceStatistics['process'] {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      cpuS: (user + system) / MICROSECONDS_PER_SECOND,
      residentBytes: rss,
      heapUsedBytes: heapUsed,
      eventLoopDelay: this.#eventLoop.read(),
    };
  }
}
