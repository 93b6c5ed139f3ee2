/* What runs inside the browser. The compiler of the benches knows no DOM, so it is said here in a few words. */

export interface ClickTimes {
  readonly clickToPictureMs: number;
  readonly answerToPictureMs: number;
  /** Until the picture shown is no older any more than all later ones. */
  readonly clickToLiveMs: number;
}

interface Shown {
  readonly rtpTimestamp: number;
  readonly presentationTime: number;
}
interface Video {
  requestVideoFrameCallback(callback: (nowMs: number, picture: Shown) => void): void;
}
declare const document: { querySelector(selector: string): unknown };
declare function addEventListener(type: string, listener: () => void, options: { once: boolean }): void;
declare const RTCPeerConnection: {
  readonly prototype: { setRemoteDescription: (this: unknown, description: object) => Promise<void> };
};
declare const window: { answeredAtMs: number };

/** To be run before the page's own scripts. */
export function noteAnswers(): void {
  const { prototype } = RTCPeerConnection;
  const set = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function (description) {
    window.answeredAtMs = performance.now();
    return set.call(this, description);
  };
}

/** Clicks a tile of the grid and watches for so long from its first picture on. */
export async function clickAndWatch({
  tile,
  watchMs,
}: {
  tile: string;
  watchMs: number;
}): Promise<ClickTimes> {
  const TICKS_PER_MS = 90;
  const MOST_BEHIND_MS = 100;
  const LAST_PICTURES = 15;
  const opened = new Promise((resolve) =>
    addEventListener('hashchange', () => resolve(undefined), { once: true }),
  );
  const clickedAtMs = performance.now();
  (document.querySelector(tile) as { click(): void }).click();
  await opened;
  const video = document.querySelector('video') as Video;
  const shown = await new Promise<Shown[]>((resolve) => {
    const pictures: Shown[] = [];
    const note = (): void => {
      video.requestVideoFrameCallback((_, { rtpTimestamp, presentationTime }) => {
        pictures.push({ rtpTimestamp, presentationTime });
        if (presentationTime - (pictures[0]?.presentationTime ?? 0) > watchMs) resolve(pictures);
        else note();
      });
    };
    note();
  });
  const behindMs = shown.map((picture) => picture.presentationTime - picture.rtpTimestamp / TICKS_PER_MS);
  const usualMs = behindMs.slice(-LAST_PICTURES).sort((one, other) => one - other)[LAST_PICTURES >> 1] ?? 0;
  const live = shown.find((_, n) => (behindMs[n] ?? 0) < usualMs + MOST_BEHIND_MS);
  const firstMs = shown[0]?.presentationTime ?? Number.NaN;
  return {
    clickToPictureMs: firstMs - clickedAtMs,
    answerToPictureMs: firstMs - window.answeredAtMs,
    clickToLiveMs: (live?.presentationTime ?? Number.NaN) - clickedAtMs,
  };
}
