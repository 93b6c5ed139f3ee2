import { expect, test } from '@jest/globals';
import { iceServersIn, whepOf } from '../../../web/page/picam-live-view.ts';
import { iceServerLinks } from '../../../web/server/ice-server-links.ts';

const PAGE = 'https://page.example/garden/';

test.each([
  ['https://picam.example/front-door', 'https://picam.example/whep/front-door'],
  ['https://picam.example:8443/cameras/front-door', 'https://picam.example:8443/cameras/whep/front-door'],
  ['https://picam.example/whep/front-door', 'https://picam.example/whep/front-door'],
  ['//picam.example/front-door/', 'https://picam.example/whep/front-door'],
  ['front-door', 'https://page.example/garden/whep/front-door'],
])('the camera at %s is asked at %s', (src, whep) => {
  expect(whepOf(src, PAGE)?.href).toBe(whep);
});

test.each(['https://picam.example/', 'https://picam.example/Front Door', 'http://'])(
  'there is no camera at %s',
  (src) => {
    expect(whepOf(src, PAGE)).toBeUndefined();
  },
);

test('the ICE servers that an answer names are used as they are', () => {
  const iceServers = [
    { urls: 'stun:stun.example.org:3478' },
    { urls: 'turn:turn.example.org?transport=udp', username: '17:an "a", b', credential: 'x\\y,<z>' },
  ];
  const links = ['<https://picam.example/>; rel="help"', ...iceServerLinks(iceServers)];
  expect(iceServersIn(links.join(', '))).toEqual(iceServers);
});
