import { readFileSync } from 'node:fs';

/** All in one file, so that it needs nothing else of Node-RED's HTTP. */
export const VIEWER_PAGE = readFileSync(new URL('./viewer-page.html', import.meta.url), 'utf8');

/** It shows nothing but the camera, and speaks to nobody but the server it came from. */
export const VIEWER_CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
