import { SYSTEM_PYTHON } from './picamera2/helper-command.ts';
import type { RpicamCamera, RpicamProgram } from './rpicam-program.ts';
import type { UsbCamera } from './v4l2-devices.ts';

/** What a look at the machine found, way by way. Plain data, to be judged and to be printed. */
export interface CameraFindings {
  readonly picamera2: Picamera2Finding;
  readonly rpicam: RpicamFinding;
  readonly usb: UsbFinding;
}

export type Picamera2Finding =
  | { readonly kind: 'cameras'; readonly models: readonly string[] }
  | { readonly kind: 'no-camera' }
  | { readonly kind: 'not-installed' }
  | { readonly kind: 'broken'; readonly problem: string };

export type RpicamFinding =
  | { readonly kind: 'cameras'; readonly program: RpicamProgram; readonly cameras: readonly RpicamCamera[] }
  | { readonly kind: 'no-camera'; readonly program: RpicamProgram }
  | { readonly kind: 'not-installed' }
  | { readonly kind: 'broken'; readonly program: RpicamProgram };

export type UsbFinding =
  | { readonly kind: 'cameras'; readonly cameras: readonly [UsbCamera, ...UsbCamera[]] }
  | { readonly kind: 'no-camera' }
  | { readonly kind: 'no-ffmpeg'; readonly cameras: readonly UsbCamera[] };

/** One line a way, in the order in which they are tried. */
export function describeFindings(findings: CameraFindings): string[] {
  return [
    `Picamera2: ${describePicamera2(findings.picamera2)}`,
    `rpicam-vid: ${describeRpicam(findings.rpicam)}`,
    `USB: ${describeUsb(findings.usb)}`,
  ];
}

function describePicamera2(finding: Picamera2Finding): string {
  switch (finding.kind) {
    case 'cameras':
      return finding.models.join(', ');
    case 'no-camera':
      return 'installed, no camera found';
    case 'not-installed':
      return `not installed for ${SYSTEM_PYTHON}`;
    case 'broken':
      return `does not work: ${finding.problem}`;
  }
}

function describeRpicam(finding: RpicamFinding): string {
  switch (finding.kind) {
    case 'cameras':
      return `${finding.cameras.map(({ number, model }) => `${number}: ${model}`).join(', ')} (${finding.program.name} ${finding.program.version})`;
    case 'no-camera':
      return `installed (${finding.program.name} ${finding.program.version}), no camera found`;
    case 'not-installed':
      return 'not installed';
    case 'broken':
      return `${finding.program.name} ${finding.program.version} does not answer`;
  }
}

function describeUsb(finding: UsbFinding): string {
  switch (finding.kind) {
    case 'cameras':
      return finding.cameras.map(({ name }) => name).join(', ');
    case 'no-camera':
      return 'no camera found';
    case 'no-ffmpeg':
      return `${finding.cameras.map(({ name }) => name).join(', ')}, but ffmpeg is not installed`;
  }
}
