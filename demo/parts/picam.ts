import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { DEFAULT_PREFIX, deviceTopics } from '../../contract/topics.ts';
import { ChildProgram } from '../child-program.ts';
import type { Ports } from '../options.ts';
import { PROJECT_ROOT, type DemoStorage } from '../storage.ts';
import { statusOf, untilFound } from './part.ts';

const HTTP_OK = 200;

/** `picam`: the camera with the test picture, the embedded broker and the web page, all on loopback. */
export function picamProgram(storage: DemoStorage, ports: Ports): ChildProgram {
  const { device } = storage.identity;
  const folder = storage.folderOf('picam');
  const configuration = join(folder, 'picam.yaml');
  writeFileSync(configuration, 'logLevel: info\n');
  const words = {
    '--config': configuration,
    '--device': device,
    '--name': 'Picam demo',
    '--source': 'test',
    '--storage': folder,
    '--mqtt-host': '127.0.0.1',
    '--mqtt-port': String(ports.mqtt),
    '--web-host': '127.0.0.1',
    '--web-port': String(ports.web),
  };
  return new ChildProgram({
    name: 'The camera',
    command: process.execPath,
    args: [join(PROJECT_ROOT, 'dist', 'command-line', 'picam.js'), ...Object.entries(words).flat()],
    // A configuration of this machine's own camera has no say in the demo.
    env: { ...withoutPicamVariables(), NODE_ENV: 'production' },
    logFile: storage.logOf('picam'),
  });
}

/** Waits until the camera says `online` on the broker and its web page is there. */
export async function picamIsLive(
  program: ChildProgram,
  bus: MqttConnection,
  device: string,
  web: string,
  timeoutMs: number,
): Promise<void> {
  let status = '';
  const unsubscribe = bus.subscribe(deviceTopics(DEFAULT_PREFIX, device).status, ({ payload }) => {
    status = payload.toString();
  });
  try {
    await untilFound(program, '"online" on the MQTT broker', timeoutMs, async () =>
      Promise.resolve(status === 'online' ? true : undefined),
    );
    await untilFound(program, `web page on ${web}`, timeoutMs, async () =>
      (await statusOf(web)) === HTTP_OK ? true : undefined,
    );
  } finally {
    unsubscribe();
  }
}

function withoutPicamVariables(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('PICAM_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
