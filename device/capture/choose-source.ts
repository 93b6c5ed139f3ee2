import { type CameraFindings, describeFindings } from './camera-findings.ts';
import { INSTALL_PICAMERA2 } from './picamera2/helper-command.ts';

export type SourceChoice =
  | {
      readonly kind: 'chosen';
      /** As a configuration would name it. */
      readonly spec: string;
      readonly because: string;
    }
  | {
      readonly kind: 'none';
      /** What was looked for, and what was found instead. */
      readonly lookedFor: readonly string[];
      /** What to do, most likely first. */
      readonly remedies: readonly string[];
    };

/** The best way to a camera of those that are there. */
export function chooseSource(findings: CameraFindings): SourceChoice {
  const { picamera2, rpicam, usb } = findings;
  if (picamera2.kind === 'cameras') {
    return chosen('picamera2', 'Picamera2 can be asked for key frames, bit rates and snapshots');
  }
  if (rpicam.kind === 'cameras') {
    const [first] = rpicam.cameras;
    const number = first?.number ?? 0;
    return chosen(number === 0 ? 'rpicam' : `rpicam:${number}`, 'Picamera2 gives no camera, rpicam-vid does');
  }
  if (usb.kind === 'cameras') return chosen(`v4l2:${usb.cameras[0].device}`, 'it is the first USB camera');
  return { kind: 'none', lookedFor: describeFindings(findings), remedies: remediesFor(findings) };
}

function chosen(spec: string, because: string): SourceChoice {
  return { kind: 'chosen', spec, because };
}

function remediesFor({ picamera2, rpicam, usb }: CameraFindings): string[] {
  const isPiSoftwareThere = picamera2.kind === 'no-camera' || rpicam.kind === 'no-camera';
  return [
    ...(usb.kind === 'no-ffmpeg' ? ['for the USB camera: sudo apt install ffmpeg'] : []),
    ...(picamera2.kind === 'not-installed' ? [`for a camera on the ribbon cable: ${INSTALL_PICAMERA2}`] : []),
    ...(picamera2.kind === 'broken' ? [`mend Picamera2: ${INSTALL_PICAMERA2} --reinstall`] : []),
    ...(isPiSoftwareThere
      ? ['check both ends of the ribbon cable with the Pi switched off, or plug in a USB camera']
      : []),
    'or set "source" to "test", "file:PATH" or "rtsp://…"',
  ];
}
