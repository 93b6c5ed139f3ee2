import type { Camera } from './api-client.ts';
import { element, icon } from './element.ts';
import { NO_PICTURE } from './icons.ts';
import { badgeOf, describeViewers } from './messages.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { TileVideo } from './tile-video.ts';

const REFRESH_WHILE_STREAMING_MS = 5_000;
/** A snapshot has to start a camera that is off: seldom. */
const REFRESH_WHILE_IDLE_MS = 30_000;
const CHECK_INTERVAL_MS = 1_000;

/** One camera of the grid: a link to its live view. */
export class CameraTile {
  readonly root = element('li', { class: 'tile' });
  readonly link: HTMLAnchorElement;
  readonly #device: string;
  readonly #snapshots: SnapshotStore;
  readonly #picture = element('img', { alt: '', hidden: true });
  readonly #video: TileVideo;
  readonly #inSight = new IntersectionObserver((entries) => this.#handleSight(entries));
  readonly #name = element('span', { class: 'name' });
  readonly #badge = element('span', { class: 'badge' });
  readonly #detail = element('span', { class: 'detail' });
  readonly #closing = new AbortController();
  #camera: Camera | undefined;
  #isLive = false;
  #isInSight = false;
  #refreshing = false;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #timer: number | undefined;

  constructor(device: string, snapshots: SnapshotStore) {
    this.#device = device;
    this.#snapshots = snapshots;
    this.#video = new TileVideo(device);
    this.link = element('a', { href: `#/camera/${device}` });
  }

  open(): void {
    const media = element(
      'span',
      { class: 'media' },
      icon(NO_PICTURE),
      this.#picture,
      this.#video.root,
      this.#badge,
    );
    const caption = element('span', { class: 'caption' }, this.#name, this.#detail);
    this.link.append(media, caption);
    this.root.append(this.link);
    this.#showPicture(this.#snapshots.urlOf(this.#device));
    this.#inSight.observe(this.root);
    this.#timer = setInterval(() => void this.#refreshIfOld(), CHECK_INTERVAL_MS);
  }

  /** A snapshot that is under way is given up: browsers have few connections to a server, and a view needs one at once. */
  close(): void {
    clearInterval(this.#timer);
    this.#closing.abort();
    this.#inSight.disconnect();
    this.#video.close();
    this.root.remove();
  }

  /** Whether the picture moves, while it is in sight. */
  set isLive(isLive: boolean) {
    this.#isLive = isLive;
    this.#followVideo();
  }

  show(camera: Camera): void {
    const canShow = camera.online && camera.enabled;
    const cameBack = canShow && this.#camera !== undefined && !(this.#camera.online && this.#camera.enabled);
    this.#camera = camera;
    if (cameBack) this.#refreshedAtMs = Number.NEGATIVE_INFINITY;
    this.root.classList.toggle('offline', !camera.online);
    setText(this.#name, camera.name);
    setText(this.#badge, badgeOf(camera));
    this.#badge.dataset['kind'] = this.#badge.textContent.toLowerCase();
    setText(this.#detail, camera.error?.message ?? (canShow ? describeViewers(camera.viewers) : ''));
    if (!camera.enabled) this.#hidePicture();
    this.#followVideo();
    void this.#refreshIfOld();
  }

  #handleSight(entries: readonly IntersectionObserverEntry[]): void {
    this.#isInSight = entries.at(-1)?.isIntersecting === true;
    this.#followVideo();
  }

  #followVideo(): void {
    const canShow = this.#camera?.online === true && this.#camera.enabled;
    this.#video.want(this.#isLive && this.#isInSight && canShow && !document.hidden);
  }

  async #refreshIfOld(): Promise<void> {
    if (!this.#camera?.online || this.#isPrivate() || this.#refreshing || document.hidden) return;
    // What moves needs no snapshots beside.
    if (!this.#video.root.hidden) return;
    const maxAgeMs = this.#camera.streaming ? REFRESH_WHILE_STREAMING_MS : REFRESH_WHILE_IDLE_MS;
    if (performance.now() - this.#refreshedAtMs < maxAgeMs) return;
    this.#refreshing = true;
    const url = await this.#snapshots.refresh(this.#device, this.#closing.signal);
    this.#refreshing = false;
    this.#refreshedAtMs = performance.now();
    if (this.#isPrivate()) this.#hidePicture();
    else this.#showPicture(url);
  }

  /** Asked anew after every wait. */
  #isPrivate(): boolean {
    return this.#camera?.enabled === false;
  }

  #hidePicture(): void {
    this.#snapshots.forget(this.#device);
    this.#showPicture(undefined);
  }

  #showPicture(url: string | undefined): void {
    if (url === undefined) {
      this.#picture.hidden = true;
      this.#picture.removeAttribute('src');
      return;
    }
    this.#picture.src = url;
    this.#picture.hidden = false;
  }
}

/** Leaves the node alone when nothing changed, so that screen readers do not speak it again. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
