/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- the enums exist at compile time only */
import type {
  Categories,
  H264Level,
  H264Profile,
  HAP,
  HAPStatus,
  ResourceRequestReason,
  SRTPCryptoSuites,
  StreamRequestTypes,
} from 'homebridge';

export type {
  API,
  CameraController,
  HAP,
  PlatformAccessory,
  PrepareStreamCallback,
  PrepareStreamRequest,
  PrepareStreamResponse,
  SnapshotRequest,
  SnapshotRequestCallback,
  StartStreamRequest,
  StreamingRequest,
  StreamRequestCallback,
} from 'homebridge';

/** Homebridge exports neither of these by name. */
export type CameraControllerOptions = ConstructorParameters<HAP['CameraController']>[0];
export type CameraStreamingDelegate = CameraControllerOptions['delegate'];

/**
 * Values of the HomeKit Accessory Protocol. HAP-NodeJS has them as ambient const enums, which a program that is run
 * without being compiled as a whole cannot read.
 */
export const AES_CM_128_HMAC_SHA1_80 = 0 as SRTPCryptoSuites;
export const H264_PROFILES = { baseline: 0 as H264Profile, main: 1 as H264Profile, high: 2 as H264Profile };
export const H264_LEVELS = { level31: 0 as H264Level, level32: 1 as H264Level, level40: 2 as H264Level };
export const REQUESTED_FOR_EVENT = 1 as ResourceRequestReason;
export const IP_CAMERA_CATEGORY = 17 as Categories;
export const SERVICE_COMMUNICATION_FAILURE = -70402 as HAPStatus;

export function isStart<R extends { readonly type: StreamRequestTypes }>(
  request: R,
): request is Extract<R, { readonly type: StreamRequestTypes.START }> {
  return (request.type as string) === 'start';
}

export function isStop({ type }: { readonly type: StreamRequestTypes }): boolean {
  return (type as string) === 'stop';
}
