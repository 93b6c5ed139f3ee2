import { SourceError } from './source-error.ts';

interface KnownFailure {
  readonly said: RegExp;
  readonly means: string;
}

const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    said: /No such file or directory|No such device/i,
    means: 'is not there; plug it in, then look at "ls /dev/v4l/by-id".',
  },
  {
    said: /Device or resource busy/i,
    means: 'is used by another program; "fuser -v /dev/video*" names it: end that one.',
  },
  {
    said: /Permission denied/i,
    means: 'may not be opened by this user: sudo usermod -aG video $USER, then log in again.',
  },
  {
    said: /Cannot find a proper format for codec|does not support the requested format|not supported input_format/i,
    means:
      'does not give pictures in this format; try another: "?format=yuyv422" after its path. "ffmpeg -f v4l2 -list_formats all -i PATH" lists them.',
  },
  {
    said: /not a video capture device|Inappropriate ioctl|Not a video/i,
    means: 'is no camera; of the devices in /dev/v4l/by-id, the one that ends in "index0" mostly is.',
  },
  {
    said: /Unknown encoder 'libx264'/i,
    means:
      'cannot be encoded: this ffmpeg lacks x264; install the one of the system: sudo apt install ffmpeg',
  },
  {
    said: /h264_v4l2m2m|Could not find a valid device/i,
    means: 'cannot be encoded by hardware here; leave out "encoder=hardware".',
  },
];

/** Words with the next step for what ffmpeg said of a camera; undefined for what is not known. */
export function explainV4l2Failure(lastWords: string, device: string): SourceError | undefined {
  const known = KNOWN_FAILURES.find(({ said }) => said.test(lastWords));
  return known && new SourceError(`USB camera ${device} ${known.means}`);
}
