import { request } from './api-client.ts';

/** What this visitor may do: everything, because nobody needs to log in or because of a log-in; or to watch one camera. */
export interface Access {
  readonly kind: 'open' | 'everything' | 'camera';
}

let kept: Promise<Access> | undefined;

/** Asked once: whoever logs in or out gets a new page. Never rejects. */
export function fetchAccess(): Promise<Access> {
  kept ??= request('api/access').then(
    async (response) => (await response.json()) as Access,
    () => {
      kept = undefined;
      return { kind: 'open' };
    },
  );
  return kept;
}

export interface ShareLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** A link that lets whoever has it watch one camera for a day. @throws as `request` does. */
export async function createShareLink(device: string): Promise<ShareLink> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ device });
  const response = await request('api/share-links', { method: 'POST', headers, body });
  const { path, expiresAt } = (await response.json()) as { path: string; expiresAt: string };
  return { url: new URL(path, document.baseURI).href, expiresAt: new Date(expiresAt) };
}

/** Ends the log-in and shows the page to log in. */
export async function logOut(): Promise<void> {
  await fetch('logout', { method: 'POST', redirect: 'manual' });
  location.reload();
}
