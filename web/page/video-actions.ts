import { element } from './element.ts';

const JPEG_QUALITY = 0.92;

/** An iPhone lets only the video itself go full screen. */
type VideoOfIphone = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** Or back from it. A browser that refuses leaves everything as it is. */
export function goFullScreen(view: HTMLElement, video: VideoOfIphone): void {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
  else if ('requestFullscreen' in view) view.requestFullscreen().catch(() => undefined);
  else video.webkitEnterFullscreen?.();
}

/** Firefox has a button of its own on every video. */
export function canPopOut(): boolean {
  return 'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;
}

/** Into a small window above all others, or back from it. A browser that refuses leaves everything as it is. */
export async function popOut(video: HTMLVideoElement): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
  } catch {
    // There is no picture yet.
  }
}

/**
 * Saves what the video shows in its full size, or `fallbackUrl` when it shows nothing yet.
 * @returns whether there was anything to save.
 */
export async function savePicture(
  video: HTMLVideoElement,
  device: string,
  fallbackUrl: string | undefined,
): Promise<boolean> {
  const picture = await currentPicture(video);
  const url = picture ? URL.createObjectURL(picture) : fallbackUrl;
  if (url === undefined) return false;
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  element('a', { href: url, download: `${device}-${time}.jpg` }).click();
  if (picture) setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return true;
}

function currentPicture(video: HTMLVideoElement): Promise<Blob | null> {
  if (video.videoWidth === 0) return Promise.resolve(null);
  const canvas = element('canvas', { width: String(video.videoWidth), height: String(video.videoHeight) });
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
}
