import { createInterface } from 'node:readline';
import { LiveViewPeer } from '../../../camera-client/live-view-peer.ts';

/* A viewer in a process of its own: writes its offer, reads the answer, writes "playing" with the first packet. */

const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
let isPlaying = false;

const peer = new LiveViewPeer({
  iceServers: [],
  silentAfterMs: 3_600_000,
  events: {
    handleConnected: () => undefined,
    handleVideo: () => {
      if (!isPlaying) say({ playing: true });
      isPlaying = true;
    },
    handleSilence: () => undefined,
    handleGoodbye: () => process.exit(),
    handleFailure: () => process.exit(1),
  },
});

say({ offer: await peer.createOffer() });
for await (const line of createInterface({ input: process.stdin })) {
  await peer.connect((JSON.parse(line) as { answer: string }).answer);
}
process.exit();
