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
import type { HlsState, LiveState } from './live-state.ts';
import { LiveVideo } from './live-video.ts';
import { FALLBACK_BEGAN, FALLBACK_ENDED } from './messages.ts';
import { Poster } from './poster.ts';
import { isUnderWay, shownState, type ShownState } from './shown-state.ts';
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
  readonly #video = new LiveVideo({
    onPicture: () => this.#handlePicture(),
    onRefused: () => this.#notice.askForTap(),
  });
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
    this.#fallback = new HlsFallback({
      url: `hls/${device}/stream.m3u8`,
      onChange: (state, before) => this.#handleFallback(state, before),
      onProgress: (delayS) => this.#statistics.showFallback(delayS),
    });
    this.#notice = new LiveNotice({
      playAgain: () => this.#connection.open(),
      playVideo: () => [this.#fallback, this.#video].forEach((video) => void video.play()),
    });
    this.#controls = new LiveControls(device, this.#video.root, {
      pauseOrPlay: () => this.#pauseOrPlay(),
      toggleStatistics: () => this.#statistics.toggle(),
      savePicture: () => void this.#save(),
      goFullScreen: () => goFullScreen(this.root, this.#shownVideo),
      leave: () => (location.hash = '#/'),
      say: (text) => this.#toast.say(text),
    });
    const isCovered = () => this.#fallback.isPlaying;
    this.#connection = new LiveConnection(
      device,
      {
        onState: (state) => this.#handleState(state),
        onStream: (stream) => this.#video.show(stream),
        onPeer: (peer) => {
          this.#channel.attach(peer);
          this.#controls.talk.attach(peer);
        },
        onSample: (sample) => !isCovered() && this.#statistics.add(sample),
      },
      { isCovered },
    );
  }

  open(): void {
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
    this.#video.hide();
    this.root.remove();
  }

  /** True while it cannot play, and would if it could. */
  get isWaiting(): boolean {
    return ['waiting', 'ended'].includes(this.#shown.phase);
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
    this.#video.root.setAttribute('aria-label', `Live picture of ${name}`);
    document.title = `${name} – Picam`;
    this.#controls.show(camera);
    if (isReachable && !this.#wasReachable) this.#retryNow();
    this.#wasReachable = isReachable;
    if (camera) this.#followSwitch(camera.enabled);
    this.#showState();
  }

  /**
   * A camera that is turned on again plays by itself, as one does that is back; also when the list never told that it
   * was off, because the tab was hidden then.
   */
  #followSwitch(enabled: boolean): void {
    const { state } = this.#connection;
    const wasStopped = state.phase === 'ended' && state.trouble.kind === 'stopped';
    const mayResume = !this.#wasEnabled || wasStopped;
    this.#wasEnabled = enabled;
    if (!enabled) this.#hidePictures();
    if (!enabled || !mayResume) return;
    this.#followByHls(state);
    this.#connection.resume();
  }

  #retryNow(): void {
    this.#fallback.retryNow();
    this.#connection.retryNow();
  }

  /** Not while the camera is off: only the server would find out anew, again and again. */
  #followByHls(state: LiveState): void {
    if (this.#camera?.enabled !== false) this.#fallback.follow(state);
  }

  #hidePictures(): void {
    this.#fallback.stop();
    this.#poster.forget();
    this.#video.hide();
  }

  #build(): void {
    this.#heading.open(this.#device);
    this.#stage.append(
      this.#video.root,
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
    for (const part of [this.#video, this.#fallback, this.#joystick, this.#controls]) part.open(signal);
    watchIdle(this.root, signal);
    addEventListener('online', () => this.#retryNow(), { signal });
    addEventListener('pagehide', () => this.#leave(), { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && this.#comeBack(), { signal });
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
    if (isUnderWay(this.#shown)) this.#connection.pause();
    else this.#connection.open();
  }

  #announceMessage(text: string): void {
    const detail = { device: this.#device, text };
    this.root.dispatchEvent(new CustomEvent('picam-message', { bubbles: true, detail }));
  }

  #handlePicture(): void {
    this.#poster.hide();
    this.#connection.pictureShown();
  }

  #handleState(state: LiveState): void {
    const isShown = state.phase === 'playing' || state.phase === 'connecting';
    if (!isShown) this.#controls.talk.stop();
    if (!isShown && !this.#fallback.isPlaying) this.#statistics.clear();
    if (state.phase === 'waiting' || state.phase === 'ended') this.#poster.show();
    if (state.phase === 'ended' && mayBeTurnedOff(state.trouble)) this.#hidePictures();
    this.#followByHls(state);
    this.#showState();
  }

  #handleFallback(state: HlsState | 'off', before: HlsState | 'off'): void {
    if (state === 'playing') this.#toast.say(FALLBACK_BEGAN);
    else if (state === 'stopped') this.#connection.endStopped();
    if (before === 'playing') this.#statistics.clear();
    if (before === 'playing' && this.#connection.state.phase === 'playing') this.#toast.say(FALLBACK_ENDED);
    // What ended it may be known to the server, and may have made way for the live picture.
    if (before === 'playing' && state === 'broken') this.#connection.retryNow();
    this.#showState();
  }

  get #shown(): ShownState {
    return shownState(this.#connection.state, { hls: this.#fallback.state, camera: this.#camera });
  }

  get #shownVideo(): HTMLVideoElement {
    return this.#fallback.isPlaying ? this.#fallback.video : this.#video.root;
  }

  #showState(): void {
    const shown = this.#shown;
    this.root.dataset['phase'] = shown.phase;
    this.#controls.showPaused(!isUnderWay(shown));
    this.#heading.show(shown, this.#camera?.viewers);
    this.#notice.show(shown, this.#camera?.name ?? this.#device);
  }

  async #save(): Promise<void> {
    const isSaved = await savePicture(this.#shownVideo, this.#device, this.#poster.url);
    this.#toast.say(isSaved ? 'The picture is saved.' : 'There is no picture to save yet.');
  }
}
