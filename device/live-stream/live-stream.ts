import { CameraError } from '../../contract/errors.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import { systemClock } from '../capture/clock.ts';
import type { SourceError } from '../capture/source-error.ts';
import { createTally, type Tally } from '../telemetry/tally.ts';
import { ChangeAnnouncer } from './change-announcer.ts';
import { KeyframeRequests } from './keyframe-requests.ts';
import { KeyframeWaiters } from './keyframe-waiters.ts';
import { Linger } from './linger.ts';
import { DEFAULT_LINGER_MS, type LiveStreamOptions } from './live-stream-options.ts';
import type { LiveStreamViewer } from './live-stream-viewer.ts';
import { NewestGop } from './newest-gop.ts';
import { ParameterSets } from './parameter-sets.ts';
import type { Picture } from './picture.ts';
import { PictureMaker } from './picture-maker.ts';
import { SourceRunner } from './source-runner.ts';
import { StreamHolds } from './stream-holds.ts';
import type { StreamObserver } from './stream-observer.ts';
import { ViewerFeeds } from './viewer-feeds.ts';

/** One source for all viewers: it runs while someone watches, and each picture is made ready once for all of them. */
export class LiveStream {
  readonly #options: LiveStreamOptions;
  readonly #tally: Tally;
  readonly #runner: SourceRunner;
  readonly #keyframeRequests: KeyframeRequests;
  readonly #keyframeWaiters: KeyframeWaiters;
  readonly #changes: ChangeAnnouncer;
  readonly #gop: NewestGop;
  readonly #parameterSets = new ParameterSets();
  readonly #pictureMaker: PictureMaker;
  readonly #feeds: ViewerFeeds;
  readonly #holds = new StreamHolds();
  readonly #linger: Linger;
  readonly #observers = new Set<StreamObserver>();
  #isClosed = false;
  #hasPictures = false;
  #error: CameraError | null = null;
  /** Why the camera gives no pictures to anybody; null while viewers stay until it runs again. */
  #refusal: CameraError | null = null;

  constructor(options: LiveStreamOptions) {
    const { source, logger, clock = systemClock, tally = createTally() } = options;
    this.#options = options;
    this.#tally = tally;
    this.#gop = new NewestGop(options.gopBounds);
    this.#pictureMaker = new PictureMaker(clock, tally);
    this.#keyframeRequests = new KeyframeRequests(clock, source, tally);
    this.#keyframeWaiters = new KeyframeWaiters(clock);
    this.#changes = new ChangeAnnouncer(() => [this.running, this.viewers, this.error], logger);
    this.#feeds = new ViewerFeeds(logger, tally, () => this.#handleDemandChange());
    this.#linger = new Linger(clock, options.lingerMs ?? DEFAULT_LINGER_MS, () => void this.#turnOff());
    this.#runner = new SourceRunner({
      source,
      clock,
      logger,
      tally,
      events: {
        handleAccessUnit: (unit) => this.#handleAccessUnit(unit),
        handleFailure: (error) => this.#handleFailure(error),
        handleChange: () => this.#changes.announce(),
      },
    });
  }

  /** True while the camera is on. */
  get running(): boolean {
    return this.#runner.running;
  }

  get viewers(): number {
    return this.#feeds.size;
  }

  /** Why the camera gives no pictures; null again with the next picture and after `stop`. */
  get error(): CameraError | null {
    return this.#error;
  }

  /**
   * Adds a viewer, which gets the newest group of pictures during this call, and starts the camera if it is off.
   *
   * A camera that fails while it plays is started again and its viewers stay; one that fails before its first picture
   * ends them, and whoever comes before it is tried again is told why at once.
   *
   * @returns leave: without it the viewer is fed until `handleEnd`.
   * @throws CameraError `offline` after `close`, or why the camera failed.
   */
  join(viewer: LiveStreamViewer): () => void {
    this.#checkOpen();
    this.#checkNotPausing();
    const feed = this.#feeds.add(viewer, this.#gop.pictures);
    if (feed.needsKeyframe || this.#gop.isLong) this.requestKeyframe();
    this.#handleDemandChange();
    return () => this.#feeds.remove(feed);
  }

  /**
   * Keeps the camera on until the returned function is called, without counting as a viewer. `stop` ends it too, and
   * then calls `handleStop`.
   */
  hold(handleStop?: () => void): () => void {
    this.#checkOpen();
    const release = this.#holds.add(handleStop);
    this.#handleDemandChange();
    return () => {
      if (release()) this.#handleDemandChange();
    };
  }

  /** Returns how to end it. */
  observe(observer: StreamObserver): Unsubscribe {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** Asks for a key frame, at most twice a second however many viewers ask. */
  requestKeyframe(): void {
    if (this.running) this.#keyframeRequests.request();
  }

  /** What a new viewer begins with. */
  get newestPictures(): readonly Picture[] {
    return this.#gop.pictures;
  }

  /** The newest key frame with SPS and PPS in front; undefined while the camera is off or has only just started. */
  newestKeyframe(): AccessUnit | undefined {
    return this.#gop.keyframe;
  }

  /**
   * Starts the camera if it is off and waits for a key frame that is not yet there.
   *
   * @throws CameraError `timeout`, `not_live` when the camera is stopped meanwhile, or why the camera failed.
   */
  async nextKeyframe(timeoutMs: number): Promise<AccessUnit> {
    this.#checkNotPausing();
    const release = this.hold();
    try {
      this.requestKeyframe();
      return await this.#keyframeWaiters.wait(timeoutMs);
    } finally {
      release();
    }
  }

  /** Keeps the camera on until `stop`, with or without viewers. */
  start(): void {
    this.#checkOpen();
    this.#holds.keep();
    this.#handleDemandChange();
  }

  /** Turns a camera that is on off and on again. Its viewers stay. */
  async restart(): Promise<void> {
    this.#checkOpen();
    if (!this.running) return;
    this.#tally.source.restarts += 1;
    await this.#turnOff();
    this.#handleDemandChange();
  }

  /** Ends every viewer and turns the camera off. Resolves when it is off; the next `join` or `start` turns it on. */
  async stop(): Promise<void> {
    this.#holds.dropAll();
    this.#error = null;
    this.#refusal = null;
    this.#endViewers(undefined);
    await this.#turnOff();
  }

  /** `stop` for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
    this.#changes.close();
  }

  /** Calls back after `running`, `viewers` or `error` has changed. */
  onChange(handler: () => void): Unsubscribe {
    return this.#changes.onChange(handler);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new CameraError('offline', 'The camera is shutting down; try again later.');
    this.#options.checkAllowed?.();
  }

  #checkNotPausing(): void {
    if (this.#refusal && this.#runner.isPausing) throw this.#refusal;
  }

  #handleAccessUnit(received: AccessUnit): void {
    const unit = this.#parameterSets.complete(received);
    if (unit === undefined || (!this.#hasPictures && !unit.isKeyframe)) return;
    this.#hasPictures = true;
    this.#error = null;
    this.#refusal = null;
    for (const observer of this.#observers) observer.handleAccessUnit(unit);
    const picture = this.#pictureMaker.make(unit);
    this.#gop.add(unit, picture);
    this.#feeds.deliver(picture);
    if (unit.isKeyframe) this.#keyframeRequests.settle();
    if (unit.isKeyframe) this.#keyframeWaiters.resolve(unit);
    this.#changes.announce();
  }

  #handleFailure(failure: SourceError): void {
    const wasPlaying = this.#hasPictures;
    const error = new CameraError(failure.code, failure.message, { cause: failure });
    this.#error = error;
    this.#forgetPictures();
    if (wasPlaying && !failure.isFinal) return;
    this.#refusal = error;
    this.#endViewers(error);
    this.#handleDemandChange();
  }

  #endViewers(error: CameraError | undefined): void {
    this.#feeds.endAll(error);
    this.#keyframeWaiters.reject(error ?? new CameraError('not_live', 'The camera was stopped.'));
  }

  #handleDemandChange(): void {
    const isWanted = this.#feeds.size > 0 || this.#holds.some;
    if (isWanted) this.#linger.cancel();
    if (isWanted) this.#runner.want();
    else if (this.running) this.#linger.begin();
    else void this.#turnOff();
    this.#changes.announce();
  }

  async #turnOff(): Promise<void> {
    this.#linger.cancel();
    const gone = this.#runner.release();
    this.#forgetPictures();
    this.#changes.announce();
    await gone;
  }

  #forgetPictures(): void {
    for (const observer of this.#observers) observer.handleGap();
    this.#hasPictures = false;
    this.#gop.forget();
    this.#parameterSets.forget();
    this.#keyframeRequests.settle();
  }
}
