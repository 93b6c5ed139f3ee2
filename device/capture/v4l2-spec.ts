import { SourceError } from './source-error.ts';

/** A USB camera as a configuration names it: `v4l2:/dev/video0?format=yuyv422&encoder=hardware`. */
export interface V4l2Spec {
  readonly device: string;
  /** What is asked of the camera, by ffmpeg's name. */
  readonly format: string;
  /** `auto` is the hardware where there is some that works (Pi 4 and older); `hardware` insists that it works. */
  readonly encoder: 'auto' | 'software' | 'hardware';
}

const EXAMPLE = '"v4l2:/dev/video0" or "v4l2:/dev/v4l/by-id/…"';
const OPTIONS = '?format=mjpeg|yuyv422|nv12|yuv420p and &encoder=auto|software|hardware';

/** @throws SourceError for what names no device or asks for an unknown option. */
export function parseV4l2Spec(text: string): V4l2Spec {
  const [device = '', query = ''] = text.split('?', 2);
  if (!/^\/dev\/[\w./:+@-]+$/.test(device) || device.includes('..'))
    throw refusal(`needs the path of a camera, such as ${EXAMPLE}`);
  const options = new URLSearchParams(query);
  for (const name of options.keys())
    if (name !== 'format' && name !== 'encoder') throw refusal(`knows only ${OPTIONS}`);
  const format = options.get('format') ?? 'mjpeg';
  const encoder = options.get('encoder') ?? 'auto';
  if (!/^(mjpeg|yuyv422|nv12|yuv420p)$/.test(format)) throw refusal(`knows only ${OPTIONS}`);
  if (encoder !== 'auto' && encoder !== 'software' && encoder !== 'hardware')
    throw refusal(`knows only ${OPTIONS}`);
  return { device, format, encoder };
}

function refusal(problem: string): SourceError {
  return new SourceError(`source "v4l2:" ${problem}.`, { isFinal: true });
}
