import { once } from 'node:events';
import { createServer } from 'node:http';

export interface StaticPage {
  readonly url: string;
  close(): void;
}

/** A web server on this machine that has the same page at every address: somebody else's. */
export async function startStaticPage(html: string): Promise<StaticPage> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the page has no port');
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}
