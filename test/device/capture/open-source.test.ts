import { expect, test } from '@jest/globals';
import { createSource } from '../../../device/capture/open-source.ts';
import { SourceError } from '../../../device/capture/source-error.ts';
import { silentLogger } from '../../../foundation/logger.ts';

const VIDEO = { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 2 };
const create = (spec: string) => createSource(spec, VIDEO, silentLogger);

test('the known ones are made without starting anything', () => {
  expect(create('test').description).toBe('the test picture');
  expect(create('file:/no/such.h264').description).toBe('file /no/such.h264');
  expect(create('auto').description).toBe('the camera of this machine');
  expect(create('picamera2').description).toBe('camera 0 by Picamera2');
  expect(create('rpicam:1').description).toBe('camera 1');
  expect(create('v4l2:/dev/video0').description).toBe('USB camera /dev/video0');
  expect(create('rtsp://me:secret@door:554/user=me&password=secret').description).toBe(
    'RTSP camera door:554',
  );
});

test.each(['', 'Test', 'webcam', 'test; reboot', '-i', 'rpicam:x', 'picamera2:12'])(
  'an unknown one (%p) is refused with the list of those that are known',
  (spec) => {
    expect(() => create(spec)).toThrow(SourceError);
    expect(() => create(spec)).toThrow(/not known.*"test".*"file:PATH"/);
  },
);

test.each(['file:', 'file:/a\n/b', 'file:/a\0b', 'file:/a\rb'])('the path of %j is refused', (spec) => {
  expect(() => create(spec)).toThrow(/path of a file on one line/);
});

test('the name and password of a URL that is written wrong are not repeated', () => {
  for (const spec of ['rtps://me:geheim@door/1', 'rtsp://me:gehe im@door/1', 'http://me:gehe@im@door/1']) {
    expect(() => create(spec)).toThrow(SourceError);
    expect(() => create(spec)).not.toThrow(/gehe|im@/);
  }
});
