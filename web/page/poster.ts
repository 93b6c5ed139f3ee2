import { element } from './element.ts';
import type { SnapshotStore } from './snapshot-store.ts';

const SNAPSHOT_DELAY_MS = 1_500;

/** The still that is seen until the live picture is there, and under what is said when it has gone. */
export class Poster {
  readonly root = element('img', { class: 'poster', alt: '', hidden: true });
  readonly #device: string;
  readonly #snapshots: SnapshotStore;

  constructor(device: string, snapshots: SnapshotStore) {
    this.#device = device;
    this.#snapshots = snapshots;
  }

  /** Undefined while it is not seen. */
  get url(): string | undefined {
    return this.root.hidden ? undefined : this.root.src;
  }

  /** @param isStillWanted asked after every wait */
  async load(isStillWanted: () => boolean): Promise<void> {
    const url = this.#snapshots.urlOf(this.#device) ?? (await this.#lateSnapshot(isStillWanted));
    if (url === undefined) return;
    this.root.src = url;
    this.root.hidden = !isStillWanted();
  }

  show(): void {
    this.root.hidden = this.root.src === '';
  }

  hide(): void {
    this.root.hidden = true;
  }

  /** For good: what the camera saw is nobody's business any more. */
  forget(): void {
    this.#snapshots.forget(this.#device);
    this.root.hidden = true;
    this.root.removeAttribute('src');
  }

  /** Live pictures mostly come sooner than a snapshot would, and making one would only slow them down. */
  async #lateSnapshot(isStillWanted: () => boolean): Promise<string | undefined> {
    await new Promise((resolve) => setTimeout(resolve, SNAPSHOT_DELAY_MS));
    return isStillWanted() ? this.#snapshots.refresh(this.#device) : undefined;
  }
}
