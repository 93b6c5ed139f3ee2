import type { Camera } from './api-client.ts';
import { element, icon } from './element.ts';
import { goFullScreen, savePicture } from './video-actions.ts';
import { BACK, CHART, EXPAND, PHOTO } from './icons.ts';
import { LiveConnection, type LiveState } from './live-connection.ts';
import { LiveNotice } from './live-notice.ts';
import { describeViewers } from './messages.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { SoundButton } from './sound-button.ts';
import { StatisticsLine } from './statistics-line.ts';
import { mayBeTurnedOff } from './trouble.ts';

const SNAPSHOT_DELAY_MS = 1_500;

/** The full view of one camera: plays by itself and keeps playing until it is closed. */
export class LiveView {
  readonly root = element('main', { class: 'live' });
  readonly #device: string;
  readonly #snapshots: SnapshotStore;
  readonly #connection: LiveConnection;
  readonly #title = element('h1', { tabindex: '-1' });
  readonly #stateLine = element('p', { class: 'state', role: 'status' });
  readonly #video = element('video', { autoplay: true, playsinline: true, muted: true });
  readonly #poster = element('img', { class: 'poster', alt: '', hidden: true });
  readonly #notice: LiveNotice;
  readonly #sound = new SoundButton(this.#video);
  readonly #statistics = new StatisticsLine();
  readonly #stage = element('div', { class: 'stage' });
  readonly #abort = new AbortController();
  #camera: Camera | undefined;
  #wasReachable = true;
  #wasEnabled = true;

  constructor(device: string, snapshots: SnapshotStore) {
    this.#device = device;
    this.#snapshots = snapshots;
    this.#notice = new LiveNotice({
      playAgain: () => this.#connection.open(),
      playVideo: () => void this.#play(),
    });
    this.#connection = new LiveConnection(device, {
      onState: (state) => this.#handleState(state),
      onStream: (stream) => this.#handleStream(stream),
      onSample: (sample) => this.#statistics.add(sample),
    });
  }

  open(): void {
    // The attribute alone does not mute a video that a script made, and only a muted one may play by itself.
    this.#video.muted = true;
    this.#build();
    void this.#showPoster();
    this.#listen();
    this.#connection.open();
    this.#title.focus({ preventScroll: true });
  }

  close(): void {
    this.#abort.abort();
    this.#notice.close();
    this.#connection.close();
    this.#video.srcObject = null;
    this.root.remove();
  }

  /** What the camera list says now; a camera that is back is played at once. */
  show(camera: Camera | undefined, isReachable: boolean): void {
    this.#camera = camera;
    const name = camera?.name ?? this.#device;
    if (this.#title.textContent !== name) this.#title.textContent = name;
    this.#video.setAttribute('aria-label', `Live picture of ${name}`);
    document.title = `${name} – Picam`;
    this.#sound.offer(camera?.audio === true);
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
    this.#snapshots.forget(this.#device);
    this.#poster.hidden = true;
    this.#poster.removeAttribute('src');
    this.#video.srcObject = null;
  }

  #build(): void {
    const back = element(
      'a',
      { href: '#/', class: 'button', 'aria-label': 'All cameras', title: 'All cameras (Esc)' },
      icon(BACK),
    );
    const heading = element('div', { class: 'heading' }, this.#title, this.#stateLine);
    const controls = element(
      'div',
      { class: 'controls' },
      this.#sound.root,
      this.#statistics.button(CHART),
      this.#button('Save a picture', 's', PHOTO, () => void this.#save()),
      this.#button('Full screen', 'f', EXPAND, () => goFullScreen(this.#stage, this.#video)),
    );
    this.#title.textContent = this.#device;
    this.#stage.append(this.#video, this.#poster, this.#notice.root, this.#statistics.root);
    this.root.append(element('header', { class: 'bar' }, back, heading, controls), this.#stage);
  }

  #button(label: string, key: string, path: string, act: () => void): HTMLButtonElement {
    const attributes = { type: 'button', class: 'button', 'aria-label': label, title: `${label} (${key})` };
    const button = element('button', { ...attributes, 'aria-keyshortcuts': key }, icon(path));
    button.addEventListener('click', act);
    return button;
  }

  #listen(): void {
    const { signal } = this.#abort;
    document.addEventListener('keydown', (event) => this.#handleKey(event), { signal });
    addEventListener('pagehide', () => this.#connection.close(), { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && this.#connection.open(), { signal });
    this.#video.addEventListener('loadeddata', () => this.#handleFirstPicture(), { signal });
  }

  #handleKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    if (ctrlKey || metaKey || altKey) return;
    if (key === 'm') this.#sound.toggle();
    else if (key === 'i') this.#statistics.toggle();
    else if (key === 's') void this.#save();
    else if (key === 'f') goFullScreen(this.#stage, this.#video);
    else if (key === 'Escape' && !document.fullscreenElement) location.hash = '#/';
  }

  #handleStream(stream: MediaStream): void {
    this.#video.srcObject = stream;
    void this.#play();
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
    this.#poster.hidden = true;
    this.#connection.pictureShown();
  }

  #handleState(state: LiveState): void {
    this.root.dataset['phase'] = state.phase;
    if (state.phase === 'waiting' || state.phase === 'ended') {
      this.#statistics.clear();
      this.#poster.hidden = this.#poster.src === '';
    }
    if (state.phase === 'ended' && mayBeTurnedOff(state.trouble)) this.#hidePictures();
    this.#showState(state);
  }

  #showState(state: LiveState): void {
    const name = this.#camera?.name ?? this.#device;
    const watching = this.#camera ? ` · ${describeViewers(Math.max(1, this.#camera.viewers))}` : '';
    const line = {
      connecting: 'Connecting …',
      playing: `Live${watching}`,
      waiting: 'Not connected',
      ended: 'Not playing',
    };
    if (this.#stateLine.textContent !== line[state.phase]) this.#stateLine.textContent = line[state.phase];
    this.#notice.show(state, name);
  }

  async #showPoster(): Promise<void> {
    const url = this.#snapshots.urlOf(this.#device) ?? (await this.#lateSnapshot());
    if (url === undefined) return;
    this.#poster.src = url;
    this.#poster.hidden = this.#connection.state.phase === 'playing';
  }

  /** Live pictures mostly come sooner than a snapshot would, and making one would only slow them down. */
  async #lateSnapshot(): Promise<string | undefined> {
    await new Promise((resolve) => setTimeout(resolve, SNAPSHOT_DELAY_MS));
    if (this.#abort.signal.aborted || this.#connection.state.phase !== 'connecting') return undefined;
    return this.#snapshots.refresh(this.#device);
  }

  async #save(): Promise<void> {
    await savePicture(this.#video, this.#device, this.#poster.hidden ? undefined : this.#poster.src);
  }
}
