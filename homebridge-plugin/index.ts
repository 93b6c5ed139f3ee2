import type { API } from 'homebridge';
import { PLATFORM_NAME } from './apple-home/names.ts';
import { PicamPlatform } from './apple-home/platform.ts';

/** Called by Homebridge when it loads the plugin. */
export default function register(api: API): void {
  api.registerPlatform(PLATFORM_NAME, PicamPlatform);
}
