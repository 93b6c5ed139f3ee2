import { element } from './element.ts';

const JPEG_QUALITY = 0.92;

/** An iPhone lets only the video itself go full screen. */
type VideoOfIphone = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** Or back from it. A browser that refuses leaves everything as it is. */
export function goFullScreen(stage: HTMLElement, video: VideoOfIphone): void {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
  else if ('requestFullscreen' in stage) stage.requestFullscreen().catch(() => undefined);
  else video.webkitEnterFullscreen?.();
}

/** Saves what the video shows in its full size, or `fallbackUrl` when it shows nothing yet. */
export async function savePicture(
  video: HTMLVideoElement,
  device: string,
  fallbackUrl: string | undefined,
): Promise<void> {
  const picture = await currentPicture(video);
  const url = picture ? URL.createObjectURL(picture) : fallbackUrl;
  if (url === undefined) return;
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  element('a', { href: url, download: `${device}-${time}.jpg` }).click();
  if (picture) setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function currentPicture(video: HTMLVideoElement): Promise<Blob | null> {
  if (video.videoWidth === 0) return Promise.resolve(null);
  const canvas = element('canvas', { width: String(video.videoWidth), height: String(video.videoHeight) });
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
}
