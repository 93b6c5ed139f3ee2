import { BenchProcess } from '../bench-process.ts';
import { PAYLOAD_TYPE } from '../fan-out/messages.ts';
import type { Prepared } from '../home-start/messages.ts';
import { newKeys, toWire } from '../wire-keys.ts';
import { FfmpegCopy, freeInputPorts } from './ffmpeg-copy.ts';
import type { CameraAddress, ExpectedStream } from './messages.ts';

export interface Place {
  readonly camera: BenchProcess;
  readonly address: CameraAddress;
  /** Of the receivers, one for each stream. */
  readonly ports: readonly number[];
}

/** What makes Apple Home's streams of the camera's picture. */
export interface HomeLeg {
  /** All whose CPU time and memory count. */
  readonly pids: readonly number[];
  /** Resolves with what the receivers are to expect; the streams begin with the next key frame. */
  open(place: Place): Promise<ExpectedStream[]>;
  close(): Promise<void>;
}

/** The plugin: all streams share one view. */
export class PicamLeg implements HomeLeg {
  readonly #plugin = new BenchProcess(new URL('../home-start/plugin-process.ts', import.meta.url));

  get pids(): readonly number[] {
    return [this.#plugin.pid];
  }

  async open({ address: { broker, device }, ports }: Place): Promise<ExpectedStream[]> {
    await this.#plugin.ask({ kind: 'connect', broker });
    await this.#plugin.ask({ kind: 'find', device });
    const streams: ExpectedStream[] = [];
    for (const port of ports) {
      const session = String(port);
      const keys = toWire(newKeys());
      const prepared = await this.#plugin.ask<Prepared>({ kind: 'prepare', device, session, port, keys });
      await this.#plugin.ask({ kind: 'start', session });
      streams.push({ keys: prepared.keys, reports: { port: prepared.port, keys } });
    }
    return streams;
  }

  close(): Promise<void> {
    return this.#plugin.close();
  }
}

/** werift receives the view, and an ffmpeg for each stream gets its packets. */
export class RelayLeg implements HomeLeg {
  readonly #relay = new BenchProcess(new URL('./relay-process.ts', import.meta.url));
  readonly #copies = new FfmpegCopies();

  get pids(): readonly number[] {
    return [this.#relay.pid, ...this.#copies.pids];
  }

  async open({ address, ports }: Place): Promise<ExpectedStream[]> {
    const inputPorts = await freeInputPorts(ports.length);
    const { broker, device } = address;
    const payloadType = await this.#relay.ask<number>({ broker, device, ports: inputPorts });
    return this.#copies.open({ inputPorts, payloadType, outputPorts: ports, address });
  }

  async close(): Promise<void> {
    await Promise.all([this.#relay.close(), this.#copies.close()]);
  }
}

/** ffmpeg alone, of a camera that sends in the clear. */
export class FfmpegLeg implements HomeLeg {
  readonly #copies = new FfmpegCopies();

  get pids(): readonly number[] {
    return this.#copies.pids;
  }

  async open({ camera, address, ports }: Place): Promise<ExpectedStream[]> {
    const inputPorts = await freeInputPorts(ports.length);
    const streams = this.#copies.open({ inputPorts, payloadType: PAYLOAD_TYPE, outputPorts: ports, address });
    await camera.ask({ kind: 'send in the clear', ports: inputPorts });
    return streams;
  }

  close(): Promise<void> {
    return this.#copies.close();
  }
}

interface CopiesToOpen {
  readonly inputPorts: readonly number[];
  readonly payloadType: number;
  readonly outputPorts: readonly number[];
  readonly address: CameraAddress;
}

class FfmpegCopies {
  readonly #copies: FfmpegCopy[] = [];

  get pids(): readonly number[] {
    return this.#copies.map(({ pid }) => pid);
  }

  open({ inputPorts, payloadType, outputPorts, address }: CopiesToOpen): ExpectedStream[] {
    const { parameterSets } = address;
    return outputPorts.map((outputPort, n) => {
      const keys = toWire(newKeys());
      const input = { inputPort: inputPorts[n] ?? 0, payloadType, parameterSets };
      this.#copies.push(new FfmpegCopy({ ...input, outputPort, keys }));
      return { keys };
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#copies.map((copy) => copy.close()));
  }
}
