// Starts programs while this process has no file descriptor left, and prints what became of them as JSON.
import { openSync } from 'node:fs';
import { systemClock } from '../../foundation/clock.ts';
import { DaemonRun } from '../../homebridge-plugin/local-camera/daemon-run.ts';
import { startAacEncoder } from '../../homebridge-plugin/recording/sound/aac-encoder.ts';

const told: string[] = [];

function exhaust(): void {
  for (;;)
    try {
      openSync('/dev/null', 'r');
    } catch {
      return;
    }
}

const ends = [
  new Promise<void>((resolve) => {
    const run = new DaemonRun({
      command: { program: process.execPath, args: ['--version'] },
      clock: systemClock,
      handleReady: () => undefined,
      handleLog: () => undefined,
      handleEnd: ({ words }) => {
        told.push(words);
        resolve();
      },
    });
    exhaust();
    run.start();
  }),
  new Promise<void>((resolve) => {
    const encoder = startAacEncoder({
      handleFrame: () => undefined,
      handleEnd: (why) => {
        told.push(why);
        resolve();
      },
    });
    encoder.encode(Buffer.alloc(3), 960);
  }),
];
await Promise.all(ends);
process.stdout.write(JSON.stringify(told));
