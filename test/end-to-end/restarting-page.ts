/* What is here runs inside a browser; the compiler of the tests knows no DOM, so it is said here in a few words. */

interface Video {
  srcObject: unknown;
  requestVideoFrameCallback(callback: () => void): void;
}
interface Peer {
  readonly localDescription: { readonly sdp: string };
  readonly iceGatheringState: string;
  addTransceiver(kind: string, options: object): void;
  addEventListener(type: string, listener: (event: { readonly streams: readonly object[] }) => void): void;
  createOffer(options?: object): Promise<object>;
  setLocalDescription(offer: object): Promise<void>;
  setRemoteDescription(answer: object): Promise<void>;
  getStats(): Promise<Map<string, Readonly<Record<string, unknown>>>>;
}
declare const document: { querySelector(selector: string): unknown };
declare const RTCPeerConnection: new () => Peer;

export interface Restarted {
  readonly status: number;
  /** Whether the media go by the ICE that the restart made. */
  readonly usesNewIce: boolean;
  /** Between the picture before and the one after. */
  readonly gapMs: number;
  readonly staleTag: number;
  readonly newTag: number;
}

/** Watches by WHEP, begins ICE anew in the middle of it (RFC 9725 §4.3), and sees what becomes of the picture. */
export async function restartIceInPage(url: string): Promise<Restarted> {
  const video = document.querySelector('video') as Video;
  const nextPicture = () =>
    new Promise<number>((resolve) => video.requestVideoFrameCallback(() => resolve(performance.now())));
  const lineOf = (name: string, sdp: string) =>
    new RegExp(`^a=${name}:.*$`, 'mu').exec(sdp)?.[0].trim() ?? '';
  const candidatesOf = (sdp: string) => sdp.match(/^a=candidate:.*$/gmu)?.map((line) => line.trim()) ?? [];
  const gathered = (of: Peer) =>
    new Promise<void>((resolve) => {
      const look = () => of.iceGatheringState === 'complete' && resolve();
      of.addEventListener('icegatheringstatechange', look);
      look();
    });

  const peer = new RTCPeerConnection();
  peer.addEventListener('track', ({ streams }) => (video.srcObject = streams[0]));
  peer.addTransceiver('video', { direction: 'recvonly' });
  await peer.setLocalDescription(await peer.createOffer());
  await gathered(peer);
  const headers = { 'content-type': 'application/sdp' };
  const begun = await fetch(url, { method: 'POST', body: peer.localDescription.sdp, headers });
  const answer = await begun.text();
  const session = new URL(begun.headers.get('location') ?? '', url);
  const oldTag = begun.headers.get('etag') ?? '';
  await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  await nextPicture();

  await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
  await gathered(peer);
  const { sdp } = peer.localDescription;
  const patch = (tag: string, body: string) =>
    fetch(session, {
      method: 'PATCH',
      headers: { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': tag },
      body,
    });
  const fragment = (...lines: readonly string[]) =>
    ['m=video 9 UDP/TLS/RTP/SAVPF 0', lineOf('mid', sdp), ...lines, ''].join('\r\n');
  const credentials = [lineOf('ice-ufrag', sdp), lineOf('ice-pwd', sdp)];
  const lastPictureMs = await nextPicture();
  const restarted = await patch('*', fragment(...credentials, ...candidatesOf(sdp)));
  const theirs = await restarted.text();
  const withoutCandidates = answer.replace(/^a=(candidate|end-of-candidates).*\r\n/gmu, '');
  const renewed = withoutCandidates
    .replace(/^a=ice-ufrag:.*$/gmu, lineOf('ice-ufrag', theirs))
    .replace(
      /^a=ice-pwd:.*\r\n/gmu,
      `${[lineOf('ice-pwd', theirs), ...candidatesOf(theirs)].join('\r\n')}\r\n`,
    );
  await peer.setRemoteDescription({ type: 'answer', sdp: renewed });
  const gapMs = (await nextPicture()) - lastPictureMs;

  const newUfrag = lineOf('ice-ufrag', sdp).slice('a=ice-ufrag:'.length);
  const transport = [...(await peer.getStats()).values()].find(({ type }) => type === 'transport');
  const tag = restarted.headers.get('etag') ?? '';
  return {
    status: restarted.status,
    usesNewIce: transport?.['iceLocalUsernameFragment'] === newUfrag && transport['iceState'] === 'connected',
    gapMs,
    staleTag: (await patch(oldTag, fragment('a=end-of-candidates'))).status,
    newTag: (await patch(tag, fragment('a=end-of-candidates'))).status,
  };
}
