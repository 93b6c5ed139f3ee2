import type { IceServer } from '../../contract/operations.ts';

/** ICE servers as WHEP's Link headers: `<turn:host?transport=udp>; rel="ice-server"; username="…"; …`, one for each URL. */
export function iceServerLinks(iceServers: readonly IceServer[]): string[] {
  return iceServers.flatMap(({ urls, username, credential }) =>
    (typeof urls === 'string' ? [urls] : urls).map((url) =>
      [`<${url.replaceAll(/[<>\s]/g, '')}>`, 'rel="ice-server"', ...login(username, credential)].join('; '),
    ),
  );
}

function login(username: string | undefined, credential: string | undefined): string[] {
  if (username === undefined || credential === undefined) return [];
  return [`username=${quoted(username)}`, `credential=${quoted(credential)}`, 'credential-type="password"'];
}

/** quoted-string of RFC 9110 §5.6.4; a header cannot hold anything beyond visible ASCII. */
function quoted(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/g, '').replaceAll(/["\\]/g, '\\$&')}"`;
}
