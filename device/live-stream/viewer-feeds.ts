import type { CameraError } from '../../contract/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { LiveStreamViewer } from './live-stream-viewer.ts';
import type { Picture } from './picture.ts';
import { Rotation } from './rotation.ts';
import { ViewerFeed } from './viewer-feed.ts';

/** The feeds of all viewers. */
export class ViewerFeeds {
  readonly #feeds = new Set<ViewerFeed>();
  readonly #rotation = new Rotation();
  readonly #logger: Logger;
  readonly #tally: Pick<Tally, 'droppedPictures'>;
  readonly #handleLeave: () => void;

  /** @param handleLeave a viewer left, or failed. */
  constructor(logger: Logger, tally: Pick<Tally, 'droppedPictures'>, handleLeave: () => void) {
    this.#logger = logger;
    this.#tally = tally;
    this.#handleLeave = handleLeave;
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** @param pictures what the viewer begins with. */
  add(viewer: LiveStreamViewer, pictures: readonly Picture[]): ViewerFeed {
    const feed = new ViewerFeed(viewer, this.#logger, this.#tally);
    this.#feeds.add(feed);
    for (const picture of pictures) this.#deliver(feed, picture);
    return feed;
  }

  remove(feed: ViewerFeed): void {
    feed.leave();
    if (this.#feeds.delete(feed)) this.#handleLeave();
  }

  deliver(picture: Picture): void {
    for (const feed of this.#rotation.next(this.#feeds)) this.#deliver(feed, picture);
  }

  endAll(error: CameraError | undefined): void {
    const feeds = [...this.#feeds];
    this.#feeds.clear();
    for (const feed of feeds) feed.end(error);
  }

  #deliver(feed: ViewerFeed, picture: Picture): void {
    if (!feed.deliver(picture)) this.remove(feed);
  }
}
