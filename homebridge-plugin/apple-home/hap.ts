/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- the enums exist at compile time only */
import type {
  Access,
  AudioRecordingCodecType,
  AudioRecordingSamplerate,
  AudioStreamingSamplerate,
  CameraRecordingOptions,
  Categories,
  CharacteristicEventTypes,
  DataStreamConnectionEvent,
  DataStreamServerEvent,
  EventTriggerOption,
  H264Level,
  H264Profile,
  HAP,
  HAPStatus,
  HDSProtocolSpecificErrorReason,
  MediaContainerType,
  ResourceRequestReason,
  Service as HapService,
  SRTPCryptoSuites,
  StreamRequestTypes,
} from 'homebridge';

export type {
  API,
  CameraController,
  CameraRecordingConfiguration,
  CameraRecordingDelegate,
  CameraRecordingOptions,
  CameraStreamingOptions,
  DataStreamConnection,
  DataStreamManagement,
  HAP,
  HAPStatus,
  PlatformAccessory,
  PrepareStreamCallback,
  PrepareStreamRequest,
  PrepareStreamResponse,
  ReconfigureStreamRequest,
  RecordingPacket,
  Service,
  SnapshotRequest,
  SnapshotRequestCallback,
  StartStreamRequest,
  StreamingRequest,
  StreamRequestCallback,
} from 'homebridge';

/** Homebridge exports neither of these by name. */
export type CameraControllerOptions = ConstructorParameters<HAP['CameraController']>[0];
export type CameraStreamingDelegate = CameraControllerOptions['delegate'];
export type DoorbellController = InstanceType<HAP['DoorbellController']>;
export type ServiceType = typeof HapService & { readonly UUID: string };

/**
 * Values of the HomeKit Accessory Protocol. HAP-NodeJS has them as ambient const enums, which a program that is run
 * without being compiled as a whole cannot read.
 */
export const AES_CM_128_HMAC_SHA1_80 = 0 as SRTPCryptoSuites;
export const H264_PROFILES = { baseline: 0 as H264Profile, main: 1 as H264Profile, high: 2 as H264Profile };
export const H264_LEVELS = { level31: 0 as H264Level, level32: 1 as H264Level, level40: 2 as H264Level };
export const OPUS = 'OPUS';
export const AUDIO_RATES = {
  khz8: 8 as AudioStreamingSamplerate,
  khz16: 16 as AudioStreamingSamplerate,
  khz24: 24 as AudioStreamingSamplerate,
};
export const H264 = 0 as CameraRecordingOptions['video']['type'];
export const FRAGMENTED_MP4 = 0 as MediaContainerType;
export const AAC_LC = 0 as AudioRecordingCodecType;
export const AAC_32_KHZ = 3 as AudioRecordingSamplerate;
export const TRIGGERED_BY_MOTION = 1 as EventTriggerOption;
export const CLOSED_NORMALLY = 0 as HDSProtocolSpecificErrorReason;
export const CLOSED_UNEXPECTEDLY = 5 as HDSProtocolSpecificErrorReason;
export const DATA_STREAM_OPENED = 'connection-opened' as DataStreamServerEvent.CONNECTION_OPENED;
export const DATA_STREAM_CLOSED = 'closed' as DataStreamConnectionEvent.CLOSED;
export const CHARACTERISTIC_CHANGE = 'change' as CharacteristicEventTypes.CHANGE;
export const REQUESTED_FOR_EVENT = 1 as ResourceRequestReason;
export const IP_CAMERA_CATEGORY = 17 as Categories;
export const VIDEO_DOORBELL_CATEGORY = 18 as Categories;
export const WRITE_ACCESS = 1 as Access;
export const INSUFFICIENT_PRIVILEGES = -70401 as HAPStatus;
export const SERVICE_COMMUNICATION_FAILURE = -70402 as HAPStatus;
export const NOT_ALLOWED_IN_CURRENT_STATE = -70412 as HAPStatus;

export function isStart<R extends { readonly type: StreamRequestTypes }>(
  request: R,
): request is Extract<R, { readonly type: StreamRequestTypes.START }> {
  return (request.type as string) === 'start';
}

export function isReconfigure<R extends { readonly type: StreamRequestTypes }>(
  request: R,
): request is Extract<R, { readonly type: StreamRequestTypes.RECONFIGURE }> {
  return (request.type as string) === 'reconfigure';
}

export function isStop({ type }: { readonly type: StreamRequestTypes }): boolean {
  return (type as string) === 'stop';
}
