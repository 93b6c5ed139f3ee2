import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import hap from '@homebridge/hap-nodejs';
import type {
  API,
  CameraControllerOptions,
  CameraStreamingDelegate,
} from '../../../homebridge-plugin/apple-home/hap.ts';

/** The real HAP-NodeJS in as much of Homebridge as the plugin touches; nothing listens, nothing is published. */
export class HapApi {
  /** The device ids of the accessories, in the order in which they were shown. */
  readonly published: string[] = [];
  readonly accessories: PlatformAccessory[] = [];
  /** The sessions that were taken from HAP's books. */
  readonly stopped: string[] = [];
  readonly delegates: CameraStreamingDelegate[] = [];
  readonly controllers: hap.CameraController[] = [];
  readonly storage = mkdtempSync(join(tmpdir(), 'picam-hap-'));
  readonly api: API;

  constructor() {
    const { delegates, controllers, stopped } = this;
    const show = (accessories: readonly PlatformAccessory[]) => {
      this.accessories.push(...accessories);
      this.published.push(...accessories.map(({ context }) => context.device));
    };
    class CameraController extends hap.CameraController {
      constructor(options: CameraControllerOptions) {
        super(options);
        delegates.push(options.delegate);
        controllers.push(this);
      }
      override forceStopStreamingSession(id: string): void {
        stopped.push(id);
        super.forceStopStreamingSession(id);
      }
    }
    this.api = {
      hap: { ...hap, CameraController },
      user: { storagePath: () => this.storage },
      platformAccessory: PlatformAccessory,
      publishExternalAccessories: (_: string, accessories: readonly PlatformAccessory[]) => show(accessories),
      registerPlatformAccessories: (_: string, __: string, accessories: readonly PlatformAccessory[]) =>
        show(accessories),
      updatePlatformAccessories: () => undefined,
    } as unknown as API;
  }

  close(): void {
    rmSync(this.storage, { recursive: true, force: true });
  }
}

export class PlatformAccessory extends hap.Accessory {
  context = { device: '' };

  updateDisplayName(name: string): void {
    this.displayName = name;
  }
}
