/**
 * What `picam doctor` says about a camera of this machine, and how the page says it: where the doctor speaks of picam.yaml, there is a
 * form here. `{}` is what differs; in the page's words it is `{1}`, `{2}` … A new line begins what is to be typed, or ends it.
 */
export const DOCTOR_IN_ENGLISH = {
  camera: 'Camera',
  ffmpeg: 'ffmpeg',
  encoder: 'Encoder',
  broker: 'Broker',
  clock: 'Clock',
  storage: 'Storage',
  recordings: 'Recordings',
  'none was found': 'none was found',
  'Picamera2: {}': 'Picamera2: {1}',
  'rpicam-vid: {}': 'rpicam-vid: {1}',
  'USB: {}': 'USB: {1}',
  'installed, no camera found': 'installed, no camera found',
  'installed ({}), no camera found': 'installed ({1}), no camera found',
  'not installed for {}': 'not installed',
  'not installed': 'not installed',
  'no camera found': 'no camera found',
  'does not work: {}': 'does not work: {1}',
  '{} does not answer': '{1} does not answer',
  '{}, but ffmpeg is not installed': '{1}, but ffmpeg is not installed',
  'for the USB camera: {}': 'For the USB camera:\n{1}',
  'for a camera on the ribbon cable: {}': 'For a camera on the ribbon cable:\n{1}',
  'to mend Picamera2: {}': 'To mend Picamera2:\n{1}',
  'switch the Pi off, check both ends of the ribbon cable, switch it on again; or plug in a USB camera':
    'Switch the Pi off, check both ends of the ribbon cable, switch it on again; or plug in a USB camera.',
  'without a camera: set "source" in picam.yaml to "test", "file:PATH" or "rtsp://…"':
    'Without a camera here, choose “Test picture” or “Network camera” above.',
  'source "{}" is configured and finds no camera; there is source "{}": {} ({})':
    'this one was not found, but another one is there: {3}',
  'set "source: auto" in picam.yaml, which takes what is there':
    'Choose “Automatic” above, which takes what is there.',
  'source "{}": {} ({})': '{2} ({3})',
  'Picamera2 is not installed, rpicam-vid is': 'Picamera2 is not installed, rpicam-vid is',
  'Picamera2 does not work: {}': 'Picamera2 does not work: {1}',
  'so that viewers see a picture at once: {}': 'So that viewers see a picture at once:\n{1}',
  '{}: ENOENT{}': '{1} is not there',
  '{}: EACCES{}': 'Homebridge may not read {1}',
  'correct "source" in picam.yaml, or let this user read the file':
    'Correct its path above, or let the user that runs Homebridge read it.',
  'sudo usermod -aG video $USER, then log in again':
    'Let the user that runs Homebridge use cameras; most often it is “homebridge”:\nsudo usermod -aG video homebridge\nThen restart this machine.',
  'plug the camera in': 'Plug the camera in.',
  'ls /dev/v4l/by-id shows what is there; write that path into "source", or set "source: auto"':
    'Choose “Automatic” above, or type the path that this shows:\nls /dev/v4l/by-id/*',
  'not installed; source "{}" needs it': 'not installed; this camera needs it',
  'not installed; snapshots and video files need it': 'not installed; snapshots need it',
  'this ffmpeg cannot encode H.264': 'this ffmpeg cannot encode H.264',
  'the embedded one cannot listen on {} ({})': 'the camera’s own one cannot listen on {1}: {2}',
  '{}EADDRINUSE{}': 'another program is there',
  'nothing, if picam runs already; else set "broker.url" to the broker that is there, or another "embeddedBroker.port"':
    'Choose another “Port for other programs” under “All settings”.',
  '{} UTC is wrong: encrypted connections will fail': '{1} UTC is wrong: encrypted connections will fail',
  '{} UTC, not set by the network': '{1} UTC, not set by the network',
  '{}, and check that the network reaches a time server':
    '{1}\nand check that the network reaches a time server.',
  '{} cannot be written ({}), so nothing outlives a restart':
    '{1} cannot be written, so nothing outlives a restart',
  'sudo install -d -o "$USER" {}, or set "storage" to a folder of yours':
    'Let the user that runs Homebridge write there.',
  '{} has {} MB left, and "recording.minFreeMB" keeps {} of them':
    '{1} has {2} MB left, of which {3} are kept free',
  'make room before something is recorded, or set it lower': 'Make room before something is recorded.',
};
export type DoctorWords = Readonly<Record<keyof typeof DOCTOR_IN_ENGLISH, string>>;

/** Undefined where the doctor says something that is not known here. */
export function doctorWords(words: DoctorWords, said: string): string | undefined {
  for (const [pattern, translation] of Object.entries(words)) {
    const [whole, ...parts] = expression(pattern).exec(said) ?? [];
    if (whole === undefined) continue;
    const told = parts.map((part) => doctorWords(words, part) ?? part);
    return translation.replaceAll(/\{(\d)\}/gu, (_, place: string) => told[Number(place) - 1] ?? '');
  }
  return undefined;
}

function expression(pattern: string): RegExp {
  const literal = pattern.split('{}').map((text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`));
  return new RegExp(`^${literal.join('(.*?)')}$`, 'su');
}
