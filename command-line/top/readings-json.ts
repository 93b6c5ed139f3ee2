import type { CameraReading } from './fleet-watch.ts';

/** For scripts: all that each camera told, with the rates of the second that was measured. */
export function readingsJson(broker: string, readings: readonly CameraReading[]): string {
  return `${JSON.stringify({ broker, cameras: readings.map(cameraJson) }, null, 2)}\n`;
}

function cameraJson(reading: CameraReading): object {
  const { device, online, info } = reading.camera;
  const described = { device, name: info?.name ?? device, online };
  switch (reading.kind) {
    case 'offline':
      return described;
    case 'failed':
      return { ...described, error: { code: reading.error.code, message: reading.error.message } };
    case 'answered': {
      const { answerMs, rates = null, statistics } = reading;
      return { ...described, answerMs, rates, statistics };
    }
  }
}
