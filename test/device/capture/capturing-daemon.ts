import { createSource } from '../../../device/capture/open-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';

/** Captures from the source it is told until it is killed, and says so once the first picture is there. */
const video = { width: 320, height: 240, fps: 30, bitrateKbps: 500, keyframeIntervalS: 1 };
let hasSaidSo = false;
createSource(process.argv[2] ?? 'test', video, silentLogger).start({
  handleAccessUnit: () => {
    if (!hasSaidSo) process.stdout.write('capturing\n');
    hasSaidSo = true;
  },
  handleEnd: (error) => {
    throw error;
  },
});
