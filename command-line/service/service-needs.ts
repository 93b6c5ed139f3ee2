import { resolve } from 'node:path';
import type { AllowedPower } from '../../device/device-configuration.ts';
import { defaultStorage, type Configuration } from '../configuration-schema.ts';

/** What the service may use of the machine, beside its program. */
export interface ServiceNeeds {
  /** Groups that may open the camera and what belongs to it. */
  readonly groups: readonly string[];
  /** Files that systemd hands over, because root alone may be able to read them. */
  readonly credentials: readonly Credential[];
  /** Folders that are not the service's own. */
  readonly writableFolders: readonly string[];
  /** What it may do to the machine. */
  readonly power: AllowedPower;
}

export interface Credential {
  /** The key of the configuration that names the file. */
  readonly name: string;
  readonly path: string;
}

/** Cameras and Picamera2's buffers, encoders on the graphics processor, microphones, the battery of a PiJuice. */
const GROUPS = ['video', 'render', 'audio', 'i2c'];
const PEM_FILES = ['caFile', 'certFile', 'keyFile'] as const;

/** @param hasGroup systemd starts no service with a group that is not there. */
export function serviceNeeds(
  { broker, storage, recording, allow }: Configuration,
  hasGroup: (name: string) => boolean,
): ServiceNeeds {
  const credentials = PEM_FILES.flatMap((key) => {
    const path = broker?.[key];
    return path === undefined ? [] : [{ name: `broker.${key}`, path: resolve(path) }];
  });
  const folders = [storage === defaultStorage() ? undefined : storage, recording.folder];
  return {
    groups: GROUPS.filter(hasGroup),
    credentials,
    writableFolders: folders.flatMap((folder) => (folder === undefined ? [] : [resolve(folder)])),
    power: allow,
  };
}
