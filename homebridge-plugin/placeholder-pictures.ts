import { readFile } from 'node:fs/promises';

/** `private`: its owner has turned the camera off. `unavailable`: it is online but gives no picture. */
export type PlaceholderKind = 'offline' | 'private' | 'starting' | 'unavailable';

const SMALL_WIDTH_PX = 320;

const kept = new Map<string, Promise<Buffer>>();

/** A JPEG, 1280x720 or for small tiles 320x180, that says in a tile why there is no picture. */
export function placeholderPicture(kind: PlaceholderKind, widthPx: number): Promise<Buffer> {
  const name = `${kind}-${widthPx <= SMALL_WIDTH_PX ? '320x180' : '1280x720'}.jpg`;
  const known = kept.get(name);
  if (known) return known;
  const reading = readFile(new URL(`pictures/${name}`, import.meta.url));
  kept.set(name, reading);
  reading.catch(() => kept.delete(name));
  return reading;
}
