import { Socket } from 'node:net';
import type { IClientOptions, MqttClient } from 'mqtt';
import { CameraError } from '../contract/errors.ts';
import type { InboundMessage, MessageBus, PublishOptions, Unsubscribe } from '../contract/message-bus.ts';
import { brokerLogin } from './broker-login.ts';
import { type BrokerProblem, describeBrokerProblem } from './broker-problem.ts';
import { redactedUrl, type BrokerSettings } from './broker-settings.ts';
import { type Clock, systemClock } from './clock.ts';
import { ConnectionHistory } from './connection-history.ts';
import { describeError, type Logger } from './logger.ts';
import { createMqttClient } from './mqtt-client.ts';
import { reconnectPauseMs } from './reconnect-pause.ts';
import { withTimeout } from './time-out.ts';
import { matchesFilter } from './topic-filter.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 20;
const PUBLISH_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

export interface MqttConnectionOptions {
  readonly broker: BrokerSettings;
  readonly clientId: string;
  /** Published by the broker when this connection is lost without a goodbye. */
  readonly will?: { readonly topic: string; readonly payload: string };
  readonly logger: Logger;
  /** Before the next try, after so many that failed; injected for tests. */
  readonly pauseMs?: (failures: number) => number;
  readonly clock?: Clock;
}

interface Handler {
  readonly filter: string;
  readonly handle: (message: InboundMessage) => void;
}

/** One connection to a broker that comes back by itself, for ever, with growing and jittered pauses. */
export class MqttConnection implements MessageBus {
  readonly #options: MqttConnectionOptions;
  readonly #handlers = new Set<Handler>();
  readonly #listeners = new Set<(connected: boolean) => void>();
  #client: MqttClient | undefined;
  readonly #history: ConnectionHistory;
  #lastProblem = '';

  constructor(options: MqttConnectionOptions) {
    this.#options = options;
    this.#history = new ConnectionHistory(options.clock ?? systemClock, () => this.#sayConnected());
  }

  get connected(): boolean {
    return this.#client?.connected === true;
  }

  /**
   * Starts connecting and returns at once; a broker that is away is tried again and again.
   * @throws BrokerSettingsError when a certificate cannot be read, or is none.
   */
  open(): void {
    if (this.#client) return;
    const client = createMqttClient(this.#options.broker.url, this.#clientOptions());
    this.#client = client;
    client.on('connect', () => this.#handleConnect(client));
    client.on('close', () => this.#handleClose(client));
    client.on('error', (error) => this.#reportProblem(error));
    client.on('message', (topic, payload, packet) =>
      this.#dispatch({ topic, payload, retained: packet.retain }),
    );
  }

  async publish(topic: string, payload: string | Buffer, options: PublishOptions = {}): Promise<void> {
    const client = this.#client;
    if (!client?.connected) throw this.#offline();
    const sent = client.publishAsync(topic, payload, {
      qos: options.qos ?? 1,
      retain: options.retain ?? false,
    });
    try {
      await withTimeout(sent, PUBLISH_TIMEOUT_MS, `publishing to ${topic}`);
    } catch (cause) {
      throw this.#offline(cause);
    }
  }

  subscribe(filter: string, handle: (message: InboundMessage) => void): Unsubscribe {
    const handler: Handler = { filter, handle };
    const isNew = !this.#isHandled(filter);
    this.#handlers.add(handler);
    if (isNew && this.connected) this.#sendSubscribe(filter);
    return () => {
      if (!this.#handlers.delete(handler) || this.#isHandled(filter)) return;
      if (this.connected) this.#client?.unsubscribe(filter);
    };
  }

  onConnectionChange(handle: (connected: boolean) => void): Unsubscribe {
    this.#listeners.add(handle);
    queueMicrotask(() => {
      if (this.connected && this.#listeners.has(handle)) handle(true);
    });
    return () => void this.#listeners.delete(handle);
  }

  /** Says goodbye to the broker, so that the last will is not sent. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#history.close();
    this.#handlers.clear();
    this.#listeners.clear();
    if (!client) return;
    try {
      await withTimeout(client.endAsync(!client.connected), CLOSE_TIMEOUT_MS, 'the goodbye to the broker');
    } catch {
      client.end(true);
    }
  }

  #clientOptions(): IClientOptions {
    const { broker, clientId, will } = this.#options;
    return {
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: this.#nextPauseMs(),
      reconnectOnConnackError: true,
      queueQoSZero: false,
      // It would hold each of the 65 536 packet numbers ready to be sent: 7 MB for a few packets a second.
      writeCache: false,
      // Subscriptions are renewed here, because handlers may have come and gone while the broker was away.
      resubscribe: false,
      ...brokerLogin(broker),
      ...(will && { will: { ...will, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } }),
    };
  }

  #handleConnect(client: MqttClient): void {
    // Else a reply waits behind the confirmation of its request until the broker's kernel acknowledges that: 40 ms.
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    this.#history.handleConnect();
    if (!this.#history.isUnsteady) this.#sayConnected();
    for (const filter of new Set([...this.#handlers].map((handler) => handler.filter)))
      this.#sendSubscribe(filter);
    this.#announce(true);
  }

  #handleClose(client: MqttClient): void {
    dropUnconfirmed(client);
    client.options.reconnectPeriod = this.#nextPauseMs();
    this.#history.handleClose();
    if (this.#client !== client) return;
    this.#renewLogin(client);
    if (this.#history.isUnsteady) this.#reportUnsteadiness();
    else this.#reportProblem('the connection was closed');
    this.#announce(false);
  }

  #sayConnected(): void {
    this.#lastProblem = '';
    this.#options.logger.info(`connected to ${redactedUrl(this.#options.broker.url)}`);
  }

  #nextPauseMs(): number {
    const { failures } = this.#history;
    return this.#options.pauseMs?.(failures) ?? reconnectPauseMs(failures, Math.random());
  }

  /** Certificates are renewed while the daemon runs. One that is being written just now is not taken. */
  #renewLogin(client: MqttClient): void {
    try {
      Object.assign(client.options, brokerLogin(this.#options.broker));
    } catch (error) {
      this.#options.logger.debug(describeError(error));
    }
  }

  #sendSubscribe(filter: string): void {
    this.#client?.subscribe(filter, { qos: 1 }, (error) => {
      if (error && this.connected)
        this.#options.logger.warn(`the broker refused to subscribe ${filter}: ${error.message}`);
    });
  }

  #dispatch(message: InboundMessage): void {
    for (const { filter, handle } of [...this.#handlers])
      if (matchesFilter(filter, message.topic)) this.#hand(message, handle);
  }

  /** Whatever is published must not end the program, nor keep the message from the next handler. */
  #hand(message: InboundMessage, handle: Handler['handle']): void {
    try {
      handle(message);
    } catch (error) {
      this.#options.logger.error(
        `a message on ${message.topic} could not be handled: ${describeError(error)}`,
      );
    }
  }

  #isHandled(filter: string): boolean {
    return [...this.#handlers].some((handler) => handler.filter === filter);
  }

  #announce(connected: boolean): void {
    for (const listener of [...this.#listeners]) listener(connected);
  }

  /** A broker that stays away is one line, not one for every try; and so is each other reason for it. */
  #reportProblem(error: unknown): void {
    const { broker } = this.#options;
    // The end that follows an error says less than the error did.
    if (this.#lastProblem !== '' && typeof error === 'string') return;
    this.#warnOnce(describeBrokerProblem(error, broker));
  }

  /** Two clients of one id throw each other out again and again; the broker says to neither why. */
  #reportUnsteadiness(): void {
    this.#warnOnce({
      problem: 'ends each connection soon after it began',
      remedy: `another client may have the same id "${this.#options.clientId}": give each camera an id of its own ("device:" in picam.yaml, or --device); else look at what the broker's own log says`,
    });
  }

  #warnOnce({ problem, remedy }: Pick<BrokerProblem, 'problem' | 'remedy'>): void {
    const { broker, logger } = this.#options;
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    logger.warn(
      `broker ${redactedUrl(broker.url)} ${problem}; trying again until it is back. What to do: ${remedy}`,
    );
  }

  #offline(cause?: unknown): CameraError {
    const message = `The MQTT broker ${redactedUrl(this.#options.broker.url)} is not connected; check that it runs and that this machine reaches it.`;
    return new CameraError('offline', message, { cause });
  }
}

/** mqtt.js would send what the broker did not confirm once more after the reconnect, however late that is. */
function dropUnconfirmed(client: MqttClient): void {
  for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
}
