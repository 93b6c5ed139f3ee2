import type { CameraControls } from '../../contract/camera-controls.ts';

type Control = keyof CameraControls;

const TURNS: readonly Control[] = ['flip', 'rotation'];

/** Of the controls that a configuration names those that its source cannot do, whatever camera is on it. */
export function ignoredControls(spec: string, controls: CameraControls): Control[] {
  if (/^(?:auto$|picamera2|rpicam)/u.test(spec)) return [];
  const known = spec.startsWith('v4l2:') ? TURNS : [];
  return (Object.keys(controls) as Control[]).filter((control) => !known.includes(control));
}
