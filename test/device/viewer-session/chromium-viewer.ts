import type { Page } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import type { TestResources } from '../../support/resources.ts';

/** What Chromium counts of the video it receives. */
export interface InboundStatistics {
  readonly framesDecoded: number;
  readonly framesReceived: number;
  readonly freezeCount: number;
  readonly pliCount: number;
  readonly retransmittedPacketsReceived: number;
  /** Pixels of the picture that is shown. */
  readonly width: number;
}

/** A page in Chromium that shows one video. */
export class ChromiumViewer {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(resources: TestResources): Promise<ChromiumViewer> {
    const browser = resources.own(await launchChromium());
    return new ChromiumViewer(await browser.newPage());
  }

  /** With all candidates. */
  offer(): Promise<string> {
    return this.#page.evaluate(offerVideo);
  }

  async connect(answer: string): Promise<void> {
    await this.#page.evaluate(
      (sdp) => window.connection.setRemoteDescription({ type: 'answer', sdp }),
      answer,
    );
  }

  /** undefined before the first packet. */
  statistics(): Promise<InboundStatistics | undefined> {
    return this.#page.evaluate(readStatistics);
  }
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM, so it is said here in a few words. */

interface Video {
  srcObject: unknown;
  muted: boolean;
  readonly videoWidth: number;
  play(): Promise<void>;
}
interface Connection {
  readonly localDescription: { readonly sdp: string };
  readonly iceGatheringState: string;
  ontrack: (event: { readonly track: unknown }) => void;
  addTransceiver(kind: string, options: { direction: string }): void;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: { type: string; sdp: string }): Promise<void>;
  getStats(): Promise<Map<string, InboundStatistics & { readonly type: string }>>;
}
declare const RTCPeerConnection: new () => Connection;
declare const MediaStream: new (tracks: unknown[]) => unknown;
declare const document: { readonly body: { append(video: Video): void }; createElement(name: string): Video };
declare const window: { connection: Connection; video: Video };

async function offerVideo(): Promise<string> {
  const connection = new RTCPeerConnection();
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  connection.addTransceiver('video', { direction: 'recvonly' });
  connection.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
    void video.play();
  };
  Object.assign(window, { connection, video });
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
  return connection.localDescription.sdp;
}

async function readStatistics(): Promise<InboundStatistics | undefined> {
  const statistics = [...(await window.connection.getStats()).values()];
  const inbound = statistics.find(({ type }) => type === 'inbound-rtp');
  return inbound && { ...inbound, width: window.video.videoWidth };
}
