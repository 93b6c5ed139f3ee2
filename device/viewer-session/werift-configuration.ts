import { RTCRtpCodecParameters, RTCRtpHeaderExtensionParameters, useH264 } from 'werift';
import type { DtlsCertificate } from './dtls-certificate.ts';
import type { IceSettings } from './ice-settings.ts';
import { PLAYOUT_DELAY_URI } from './media-path/playout-delay.ts';
import type { VideoOffer } from './video-offer.ts';
import { toWeriftCertificate } from './werift-certificate.ts';

/** How long STUN and TURN servers may keep an answer waiting. */
const GATHERING_TIMEOUT_S = 2;
const FEEDBACK = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'goog-remb' },
];

export interface ConnectionNeeds {
  readonly offer: VideoOffer;
  readonly certificate: DtlsCertificate;
  readonly ice: IceSettings;
}

/** What werift has to know to answer the offer. */
export function weriftConfiguration({ offer, certificate, ice }: ConnectionNeeds) {
  const parameters = `profile-level-id=${offer.profileLevelId};packetization-mode=1;level-asymmetry-allowed=1`;
  return {
    codecs: {
      audio: [],
      video: [
        useH264({ parameters, rtcpFeedback: FEEDBACK }),
        new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 }),
      ],
    },
    headerExtensions: { video: [new RTCRtpHeaderExtensionParameters({ uri: PLAYOUT_DELAY_URI })] },
    bundlePolicy: 'max-bundle' as const,
    certificates: [toWeriftCertificate(certificate)],
    iceServers: ice.servers.map(({ urls, username, credential }) => ({
      urls,
      ...(username !== undefined && { username }),
      ...(credential !== undefined && { credential }),
    })),
    ...(ice.relayOnly && { iceTransportPolicy: 'relay' as const }),
    iceStunGatherTimeout: GATHERING_TIMEOUT_S,
    iceTurnConnectTimeout: GATHERING_TIMEOUT_S,
    ...(ice.additionalHostAddresses.length > 0 && {
      iceAdditionalHostAddresses: [...ice.additionalHostAddresses],
    }),
    ...(ice.portRange && { icePortRange: [...ice.portRange] as [number, number] }),
  };
}

/** Without a STUN server of its own, werift asks one on the internet; a camera tells nobody that it is there. */
export function withoutForeignStun(connection: { stunServer?: unknown }, ice: IceSettings): void {
  const urls = ice.servers.flatMap((server) => server.urls);
  if (!urls.some((url) => /^stuns?:/iu.test(url))) connection.stunServer = undefined;
}
