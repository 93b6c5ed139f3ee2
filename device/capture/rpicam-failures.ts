import { SourceError } from './source-error.ts';

interface KnownFailure {
  readonly said: RegExp;
  readonly means: string;
}

const BUSY =
  'is used by another program; end that one: "fuser -v /dev/media*" names it, and every second copy of Picam counts.';

const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    said: /no cameras available/i,
    means:
      'was not found; switch the Pi off, check both ends of the ribbon cable, then look at "rpicam-hello --list-cameras". A camera of another maker needs its dtoverlay in /boot/firmware/config.txt.',
  },
  {
    said: /selected camera is not available|camera index out of range/i,
    means: 'is not there; "rpicam-hello --list-cameras" shows the numbers of those that are.',
  },
  { said: /pipeline handler in use by another process|failed to acquire camera/i, means: BUSY },
  {
    said: /frontend has timed out/i,
    means:
      'sends no pictures (its front end timed out); the ribbon cable is loose or damaged, or the power supply too weak: reseat both ends with the Pi switched off.',
  },
  {
    said: /unable to find an appropriate h\.264 codec|unrecogni[sz]ed codec/i,
    means: 'has no H.264 encoder; a Pi 5 needs x264: sudo apt install rpicam-apps-encoder',
  },
  {
    said: /unrecogni[sz]ed option/i,
    means: 'is run by an rpicam-vid too old for its options: sudo apt update && sudo apt full-upgrade',
  },
  {
    said: /could not allocate|failed to allocate|cannot allocate memory/i,
    means:
      'gets no memory for its pictures; choose a smaller video.width and video.height, or end other programs.',
  },
];

/** Words with the next step for what rpicam-vid said; undefined for what is not known. */
export function explainRpicamFailure(lastWords: string, camera: number): SourceError | undefined {
  const known = KNOWN_FAILURES.find(({ said }) => said.test(lastWords));
  return known && new SourceError(`camera ${camera} ${known.means}`);
}
