import { logOutButton } from './access-buttons.ts';
import { fetchIceServers, type Camera } from './api-client.ts';
import type { CameraListState } from './camera-list.ts';
import { CameraTile } from './camera-tile.ts';
import { element } from './element.ts';
import { LiveTilesSwitch } from './live-tiles-switch.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** A tile for every camera found. */
export class CameraGrid {
  readonly root = element('main', { class: 'overview' });
  readonly #snapshots: SnapshotStore;
  readonly #tiles = new Map<string, CameraTile>();
  readonly #count = element('p', { class: 'count' });
  readonly #list = element('ul', { class: 'grid' });
  readonly #live = new LiveTilesSwitch(() => this.#followLive());
  readonly #closing = new AbortController();
  readonly #empty = element('div', { class: 'empty', role: 'status' });

  constructor(snapshots: SnapshotStore) {
    this.#snapshots = snapshots;
  }

  open(): void {
    const brand = element('img', { src: 'icon.svg', alt: '', width: '32', height: '32' });
    const title = element('h1', { tabindex: '-1' }, brand, 'Picam');
    this.root.append(
      element('header', { class: 'bar' }, title, this.#count, this.#live.button.root, logOutButton()),
      this.#list,
      this.#empty,
    );
    const { signal } = this.#closing;
    this.#live.open(signal);
    document.addEventListener('visibilitychange', () => this.#followLive(), { signal });
    addEventListener('pagehide', () => this.#followLive(false), { signal });
    addEventListener('pageshow', () => this.#followLive(), { signal });
  }

  close(): void {
    this.#closing.abort();
    for (const tile of this.#tiles.values()) tile.close();
    this.#tiles.clear();
    this.root.remove();
  }

  show(state: CameraListState): void {
    // A click then need not wait for them; asking again costs nothing while they are fresh.
    void fetchIceServers();
    this.#removeGone(state.cameras);
    for (const camera of state.cameras) this.#showTile(camera);
    const online = state.cameras.filter((camera) => camera.online).length;
    this.#count.textContent = state.cameras.length === 0 ? '' : `${online} of ${state.cameras.length} online`;
    this.#showEmpty(state);
  }

  /** Puts the keyboard back where the live view was opened. */
  focus(device: string | undefined): void {
    const tile = device === undefined ? undefined : this.#tiles.get(device);
    if (tile) tile.link.focus();
  }

  #showTile(camera: Camera): void {
    const known = this.#tiles.get(camera.device);
    const tile = known ?? new CameraTile(camera.device, this.#snapshots);
    if (!known) {
      this.#tiles.set(camera.device, tile);
      tile.open();
      this.#list.append(tile.root);
      tile.isLive = this.#live.isOn;
    }
    tile.show(camera);
  }

  #followLive(isWanted = this.#live.isOn): void {
    for (const tile of this.#tiles.values()) tile.isLive = isWanted;
  }

  #removeGone(cameras: readonly Camera[]): void {
    const present = new Set(cameras.map(({ device }) => device));
    for (const [device, tile] of this.#tiles) {
      if (present.has(device)) continue;
      tile.close();
      this.#tiles.delete(device);
    }
  }

  #showEmpty({ cameras, loaded, serverAway, brokerAway }: CameraListState): void {
    this.#empty.hidden = cameras.length > 0 || serverAway || brokerAway;
    const text = loaded ? 'No camera found yet' : 'Looking for cameras …';
    if (this.#empty.hidden || this.#empty.dataset['text'] === text) return;
    this.#empty.dataset['text'] = text;
    this.#empty.replaceChildren(element('h2', {}, text));
    if (loaded)
      this.#empty.append(
        element('p', {}, 'Start one with ', element('code', {}, 'picam device'), ' on the same MQTT broker.'),
        element('p', {}, 'It appears here by itself.'),
      );
  }
}
