import { ApiError, fetchSnapshot } from './api-client.ts';

const WIDTH = 640;

/** The newest picture of each camera as a URL for an image; the live view starts with the grid's. */
export class SnapshotStore {
  readonly #urls = new Map<string, string>();

  urlOf(device: string): string | undefined {
    return this.#urls.get(device);
  }

  /** The URL of a new picture, or of the last one when the camera gives none now. */
  async refresh(device: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
      const url = URL.createObjectURL(await fetchSnapshot(device, WIDTH, signal));
      const old = this.#urls.get(device);
      this.#urls.set(device, url);
      // Images that still show the old one have decoded it by then.
      if (old !== undefined) setTimeout(() => URL.revokeObjectURL(old), 10_000);
    } catch (error) {
      // The tile's badge says what is wrong; the last picture stays, unless it may not be seen.
      if (error instanceof ApiError && error.code === 'forbidden') this.forget(device);
    }
    return this.#urls.get(device);
  }

  /** For a camera that was turned off: what it saw before is nobody's business any more. */
  forget(device: string): void {
    const url = this.#urls.get(device);
    if (url !== undefined) URL.revokeObjectURL(url);
    this.#urls.delete(device);
  }
}
