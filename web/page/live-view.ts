import type { Camera } from './api-client.ts';
import { element } from './element.ts';
import { HlsFallback } from './hls-fallback.ts';
import { goFullScreen, savePicture } from './video-actions.ts';
import { watchIdle } from './idle-watch.ts';
import { Joystick } from './joystick.ts';
import { LiveConnection } from './live-connection.ts';
import { LiveControls } from './live-controls.ts';
import { LiveHeading } from './live-heading.ts';
import { LiveNotice } from './live-notice.ts';
import type { LiveState } from './live-state.ts';
import { describeState, describeViewers, FALLBACK_BEGAN, FALLBACK_ENDED } from './messages.ts';
import { Poster } from './poster.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { StatisticsLine } from './statistics-line.ts';
import { Toast } from './toast.ts';
import { mayBeTurnedOff } from './trouble.ts';
import { ViewerChannel } from './viewer-channel.ts';

/** The full view of one camera: plays by itself and keeps playing until it is closed. */
export class LiveView {
  readonly root = element('main', { class: 'live' });
  readonly #device: string;
  readonly #connection: LiveConnection;
  readonly #heading = new LiveHeading();
  readonly #video = element('video', { autoplay: true, playsinline: true, muted: true });
  readonly #fallback: HlsFallback;
  readonly #poster: Poster;
  readonly #notice: LiveNotice;
  readonly #controls: LiveControls;
  readonly #toast = new Toast();
  readonly #statistics = new StatisticsLine();
  readonly #channel = new ViewerChannel({
    onOpen: (isOpen) => this.#joystick.offer(isOpen),
    onMessage: (text) => this.#announceMessage(text),
  });
  readonly #joystick = new Joystick((position) => this.#channel.send(position));
  readonly #stage = element('div', { class: 'stage' });
  readonly #abort = new AbortController();
  #camera: Camera | undefined;
  #wasReachable = true;
  #wasEnabled = true;

  constructor(device: string, snapshots: SnapshotStore) {
    this.#device = device;
    this.#poster = new Poster(device, snapshots);
    this.#fallback = new HlsFallback(device, {
      onChange: () => this.#handleFallback(),
      onProgress: (delayS) => this.#statistics.showFallback(delayS),
    });
    this.#notice = new LiveNotice({
      playAgain: () => this.#connection.open(),
      playVideo: () => void this.#play(),
    });
    this.#controls = new LiveControls(device, this.#video, {
      pauseOrPlay: () => this.#pauseOrPlay(),
      toggleStatistics: () => this.#statistics.toggle(),
      savePicture: () => void this.#save(),
      goFullScreen: () => goFullScreen(this.root, this.#video),
      leave: () => (location.hash = '#/'),
      say: (text) => this.#toast.say(text),
    });
    this.#connection = new LiveConnection(device, {
      onState: (state) => this.#handleState(state),
      onStream: (stream) => this.#handleStream(stream),
      onPeer: (peer) => this.#attach(peer),
      onSample: (sample) => this.#statistics.add(sample),
    });
  }

  open(): void {
    // The attribute alone does not mute a video that a script made, and only a muted one may play by itself.
    this.#video.muted = true;
    this.#build();
    void this.#poster.load(
      () => !this.#abort.signal.aborted && this.#connection.state.phase === 'connecting',
    );
    this.#listen();
    this.#connection.open();
    this.#heading.focus();
  }

  close(): void {
    this.#abort.abort();
    this.#notice.close();
    this.#toast.close();
    this.#leave();
    this.#video.srcObject = null;
    this.root.remove();
  }

  /** True while it cannot play, and would if it could. */
  get isWaiting(): boolean {
    return ['waiting', 'ended'].includes(this.#connection.state.phase);
  }

  /** Says something to the camera, or to whoever listens to it. @returns whether it is on its way. */
  send(value: unknown): boolean {
    return this.#channel.send(value);
  }

  /** What the camera list says now; a camera that is back is played at once. */
  show(camera: Camera | undefined, isReachable: boolean): void {
    this.#camera = camera;
    const name = camera?.name ?? this.#device;
    this.#heading.name(name);
    this.#video.setAttribute('aria-label', `Live picture of ${name}`);
    document.title = `${name} – Picam`;
    this.#controls.show(camera);
    if (isReachable && !this.#wasReachable) this.#connection.retryNow();
    this.#wasReachable = isReachable;
    if (camera) this.#followSwitch(camera.enabled);
    this.#showState(this.#connection.state);
  }

  /**
   * A camera that is turned on again plays by itself, as one does that is back; also when the list never told that it
   * was off, because the tab was hidden then.
   */
  #followSwitch(enabled: boolean): void {
    const { state } = this.#connection;
    const wasStopped = state.phase === 'ended' && state.trouble.kind === 'stopped';
    if (!enabled) this.#hidePictures();
    else if (!this.#wasEnabled || wasStopped) this.#connection.resume();
    this.#wasEnabled = enabled;
  }

  #hidePictures(): void {
    this.#fallback.stop();
    this.#poster.forget();
    this.#video.srcObject = null;
  }

  #build(): void {
    this.#heading.open(this.#device);
    this.#stage.append(
      this.#video,
      this.#poster.root,
      this.#fallback.video,
      this.#notice.root,
      this.#statistics.root,
      this.#toast.root,
      this.#joystick.root,
    );
    this.root.append(this.#heading.root, this.#controls.root, this.#stage);
  }

  #listen(): void {
    const { signal } = this.#abort;
    this.#fallback.open(signal);
    this.#joystick.open(signal);
    this.#controls.open(signal);
    watchIdle(this.root, signal);
    addEventListener('pagehide', () => this.#leave(), { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && this.#comeBack(), { signal });
    this.#video.addEventListener('loadeddata', () => this.#handleFirstPicture(), { signal });
  }

  #leave(): void {
    this.#controls.talk.stop();
    this.#connection.close();
    this.#fallback.stop();
  }

  /** From the browser's memory of pages that were left. */
  #comeBack(): void {
    if (this.#connection.state.phase !== 'paused') this.#connection.open();
  }

  #pauseOrPlay(): void {
    const { phase } = this.#connection.state;
    if (phase === 'playing' || phase === 'connecting' || this.#fallback.isPlaying) this.#connection.pause();
    else this.#connection.open();
  }

  #handleStream(stream: MediaStream): void {
    this.#video.srcObject = stream;
    void this.#play();
  }

  #attach(peer: RTCPeerConnection): void {
    this.#channel.attach(peer);
    this.#controls.talk.attach(peer);
  }

  #announceMessage(text: string): void {
    const detail = { device: this.#device, text };
    this.root.dispatchEvent(new CustomEvent('picam-message', { bubbles: true, detail }));
  }

  async #play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      // A newer stream interrupts play() with AbortError; only a refusal needs a tap.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#notice.askForTap();
    }
  }

  #handleFirstPicture(): void {
    if (!this.#video.srcObject) return;
    this.#poster.hide();
    this.#connection.pictureShown();
  }

  #handleState(state: LiveState): void {
    const isShown = state.phase === 'playing' || state.phase === 'connecting';
    if (!isShown) {
      this.#statistics.clear();
      this.#controls.talk.stop();
    }
    if (state.phase === 'waiting' || state.phase === 'ended') this.#poster.show();
    if (state.phase === 'ended' && mayBeTurnedOff(state.trouble)) this.#hidePictures();
    this.#fallback.follow(state);
    this.#showState(state);
  }

  #handleFallback(): void {
    const { state } = this.#connection;
    if (this.#fallback.isPlaying) this.#toast.say(FALLBACK_BEGAN);
    else if (state.phase === 'playing') this.#toast.say(FALLBACK_ENDED);
    this.#showState(state);
  }

  #showState(state: LiveState): void {
    const name = this.#camera?.name ?? this.#device;
    const isDelayed = this.#fallback.isPlaying && state.phase !== 'playing';
    this.root.dataset['phase'] = isDelayed ? 'delayed' : state.phase;
    this.#controls.showPaused(!isDelayed && state.phase !== 'playing' && state.phase !== 'connecting');
    const isLive = this.#camera !== undefined && state.phase === 'playing';
    const viewers = isLive ? ` · ${describeViewers(Math.max(1, this.#camera?.viewers ?? 1))}` : '';
    this.#heading.show(isDelayed ? 'A few seconds late' : describeState(state), viewers);
    this.#notice.show(isDelayed ? { phase: 'playing' } : this.#explained(state), name);
  }

  /** The list knows why a camera that is off refuses, or cannot be reached. */
  #explained(state: LiveState): LiveState {
    const isAway = state.phase === 'waiting' || (state.phase === 'ended' && state.trouble.kind === 'refused');
    return isAway && this.#camera?.enabled === false ? { ...state, trouble: { kind: 'private' } } : state;
  }

  async #save(): Promise<void> {
    const video = this.#fallback.isPlaying ? this.#fallback.video : this.#video;
    const isSaved = await savePicture(video, this.#device, this.#poster.url);
    this.#toast.say(isSaved ? 'The picture is saved.' : 'There is no picture to save yet.');
  }
}
