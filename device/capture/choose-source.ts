import {
  type CameraFindings,
  describeFindings,
  type Picamera2Finding,
  type RpicamFinding,
} from './camera-findings.ts';
import { INSTALL_PICAMERA2 } from './picamera2/helper-command.ts';

const REINSTALL_PICAMERA2 = `${INSTALL_PICAMERA2} --reinstall`;

export type SourceChoice =
  | {
      readonly kind: 'chosen';
      /** As a configuration would name it. */
      readonly spec: string;
      /** The cameras there, by name. */
      readonly cameras: string;
      readonly because: string;
      /** What to type for a way that can do more. */
      readonly better?: string;
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
    const because = 'Picamera2 can be asked for key frames, bit rates and snapshots';
    return { kind: 'chosen', spec: 'picamera2', cameras: picamera2.models.join(', '), because };
  }
  if (rpicam.kind === 'cameras') return chosenRpicam(rpicam, picamera2);
  if (usb.kind === 'cameras') {
    const [{ device, name }] = usb.cameras;
    return { kind: 'chosen', spec: `v4l2:${device}`, cameras: name, because: 'it is the first USB camera' };
  }
  return { kind: 'none', lookedFor: describeFindings(findings), remedies: remediesFor(findings) };
}

/** True when the source that a configuration names – on the ribbon cable – finds its camera. */
export function findsItsCamera(spec: string, { picamera2, rpicam }: CameraFindings): boolean {
  const [kind = '', number = '0'] = spec.split(':');
  if (kind === 'picamera2') return picamera2.kind === 'cameras' && Number(number) < picamera2.models.length;
  return rpicam.kind === 'cameras' && rpicam.cameras.some((camera) => camera.number === Number(number));
}

function chosenRpicam(
  { cameras }: Extract<RpicamFinding, { kind: 'cameras' }>,
  picamera2: Exclude<Picamera2Finding, { kind: 'cameras' }>,
): SourceChoice {
  const number = cameras[0]?.number ?? 0;
  const chosen = {
    kind: 'chosen',
    spec: number === 0 ? 'rpicam' : `rpicam:${number}`,
    cameras: cameras.map(({ model }) => model).join(', '),
  } as const;
  switch (picamera2.kind) {
    case 'not-installed':
      return { ...chosen, because: 'Picamera2 is not installed, rpicam-vid is', better: INSTALL_PICAMERA2 };
    case 'broken':
      return {
        ...chosen,
        because: `Picamera2 does not work: ${picamera2.problem}`,
        better: REINSTALL_PICAMERA2,
      };
    case 'no-camera':
      return { ...chosen, because: 'Picamera2 finds no camera, rpicam-vid does' };
  }
}

function remediesFor({ picamera2, rpicam, usb }: CameraFindings): string[] {
  const isPiSoftwareThere = picamera2.kind === 'no-camera' || rpicam.kind === 'no-camera';
  return [
    ...(usb.kind === 'no-ffmpeg' ? ['for the USB camera: sudo apt install ffmpeg'] : []),
    ...(picamera2.kind === 'not-installed' ? [`for a camera on the ribbon cable: ${INSTALL_PICAMERA2}`] : []),
    ...(picamera2.kind === 'broken' ? [`to mend Picamera2: ${REINSTALL_PICAMERA2}`] : []),
    ...(isPiSoftwareThere
      ? [
          'switch the Pi off, check both ends of the ribbon cable, switch it on again; or plug in a USB camera',
        ]
      : []),
    'without a camera: set "source" in picam.yaml to "test", "file:PATH" or "rtsp://…"',
  ];
}
