import { createHash } from 'node:crypto';

const UUID_PATTERN = 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx';

/** What the UUID of a camera's accessory is made of: stable for as long as the camera keeps its id. */
export function identityOfCamera(prefix: string, device: string): string {
  return `picam:${prefix}/${device}`;
}

/**
 * The name by which Homebridge publishes a camera that is an accessory of its own. Homebridge makes it of the
 * accessory's UUID, and that of the identity; this does the same for whoever runs outside of it.
 */
export function hapIdOfCamera(prefix: string, device: string): string {
  const digits = sha1(uuidOf(identityOfCamera(prefix, device)));
  return (digits.slice(0, 12).match(/../gu) ?? []).join(':').toUpperCase();
}

/** As HAP-NodeJS makes it: digits of a hash in the places of a random UUID. */
function uuidOf(identity: string): string {
  const digits = sha1(identity);
  let position = -1;
  return UUID_PATTERN.replace(/[xy]/gu, (place) => {
    position += 1;
    const digit = digits[position] ?? '0';
    return place === 'x' ? digit : ((parseInt(digit, 16) & 0x3) | 0x8).toString(16);
  });
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
