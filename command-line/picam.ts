#!/usr/bin/env node
import { keepHeapLean, keepPoolsSmall } from './lean-heap.ts';

const OLDEST_MAJOR = 22;
const OLDEST_MINOR = 9;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_MAJOR || (major === OLDEST_MAJOR && minor < OLDEST_MINOR)) {
  console.error(
    `picam needs Node.js ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer; this is ${process.version}. See https://nodejs.org/en/download.`,
  );
  process.exit(1);
}

keepHeapLean();
keepPoolsSmall();
const { main } = await import('./main.ts');
// Name look-ups for viewers that are gone may still be waiting; everything that matters has been closed.
process.exit(await main(process.argv.slice(2), process.env));
