/* What runs inside the browser. The compiler of the benches knows no DOM, so it is said here in a few words. */

export interface ShownPicture {
  readonly rtpTimestamp: number;
  /** When the browser handed the picture to its compositor; inside the page on the page's own clock. */
  readonly shownAtMs: number;
}

/** Of WebRTC's statistics (`RTCInboundRtpStreamStats`). */
export interface Reception {
  readonly freezeCount: number;
  readonly framesDecoded: number;
  readonly packetsLost: number;
  readonly pliCount: number;
}

interface Video {
  srcObject: unknown;
  muted: boolean;
  play(): Promise<void>;
  requestVideoFrameCallback(
    callback: (nowMs: number, picture: { rtpTimestamp?: number; presentationTime: number }) => void,
  ): void;
}
interface Connection {
  readonly localDescription: { readonly sdp: string };
  readonly iceGatheringState: string;
  ontrack: (event: { readonly track: unknown }) => void;
  addTransceiver(kind: string, options: { direction: string }): void;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: { type: string; sdp: string }): Promise<void>;
  getStats(): Promise<Map<string, Reception & { readonly type: string }>>;
}
declare const RTCPeerConnection: new () => Connection;
declare const MediaStream: new (tracks: unknown[]) => unknown;
declare const document: { readonly body: { append(video: Video): void }; createElement(name: string): Video };
declare const window: {
  connection: Connection;
  shown: ShownPicture[];
  openConnection(): Connection;
  gatheredSdp(): Promise<string>;
};

/** Also notes from now on what the page shows. */
export async function offerVideo(): Promise<string> {
  const connection = window.openConnection();
  connection.addTransceiver('video', { direction: 'recvonly' });
  await connection.setLocalDescription();
  return window.gatheredSdp();
}

/** The same, for a sender that offers. */
export async function answerOffer(sdp: string): Promise<string> {
  const connection = window.openConnection();
  await connection.setRemoteDescription({ type: 'offer', sdp });
  await connection.setLocalDescription();
  return window.gatheredSdp();
}

/** To be run before the others. */
export function prepareWatching(): void {
  const openConnection = (): Connection => {
    const shown: ShownPicture[] = [];
    const connection = new RTCPeerConnection();
    const video = document.createElement('video');
    const note = () => {
      video.requestVideoFrameCallback((_, { rtpTimestamp, presentationTime }) => {
        if (rtpTimestamp !== undefined) shown.push({ rtpTimestamp, shownAtMs: presentationTime });
        note();
      });
    };
    video.muted = true;
    document.body.append(video);
    connection.ontrack = ({ track }) => {
      video.srcObject = new MediaStream([track]);
      void video.play();
    };
    note();
    Object.assign(window, { connection, shown });
    return connection;
  };
  const gatheredSdp = async (): Promise<string> => {
    const { connection } = window;
    const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
    while (connection.iceGatheringState !== 'complete') await pause();
    return connection.localDescription.sdp;
  };
  Object.assign(window, { openConnection, gatheredSdp });
}

export function setAnswer(sdp: string): Promise<void> {
  return window.connection.setRemoteDescription({ type: 'answer', sdp });
}

export async function readReception(): Promise<Reception | undefined> {
  const statistics = [...(await window.connection.getStats()).values()];
  return statistics.find(({ type }) => type === 'inbound-rtp');
}

/** What was shown since the last time. */
export function takeShown(): ShownPicture[] {
  return window.shown.splice(0);
}
