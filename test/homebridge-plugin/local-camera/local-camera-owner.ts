// A program that owns a camera, to be killed by a test: port and folder come as words.
import { systemClock } from '../../../foundation/clock.ts';
import { createConsoleLogger } from '../../../foundation/logger.ts';
import { LocalCamera } from '../../../homebridge-plugin/local-camera/local-camera.ts';
import { localCameraSchema } from '../../../homebridge-plugin/local-camera/local-camera-settings.ts';

const [port = '', folder = ''] = process.argv.slice(2);
const camera = new LocalCamera({
  settings: localCameraSchema.parse({ enabled: true, source: 'test', port: Number(port) }),
  prefix: 'picam',
  folder,
  clock: systemClock,
  logger: createConsoleLogger({ level: 'info' }),
  handleReady: () => console.log(`ready ${camera.pid ?? ''}`),
});
camera.open();
