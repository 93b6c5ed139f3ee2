import { randomInt } from 'node:crypto';

/** A setup code nobody would guess first; HAP forbids those of one repeated digit and two more, and so do we. */
export function randomPin(): string {
  const code = String(randomInt(100_000_000)).padStart(8, '0');
  const forbidden = /^(\d)\1{7}$/.test(code) || code === '12345678' || code === '87654321';
  return forbidden ? randomPin() : withDashes(code);
}

function withDashes(code: string): string {
  return `${code.slice(0, 3)}-${code.slice(3, 5)}-${code.slice(5)}`;
}
