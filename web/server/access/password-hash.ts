import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MB and about a third of a second on a Raspberry Pi. */
const LOG2_COST = 15;
const BLOCK_SIZE = 8;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What a configuration may ask of this machine for one log-in. */
const MAX_LOG2_COST = 18;
const MAX_MEMORY_BYTES = 320 * 1024 * 1024;
/** The form that other programs write and read too: parameters, salt and hash in unpadded base64. */
const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{16,86})\$([A-Za-z0-9+/]{40,86})$/;

interface PasswordHash {
  readonly log2Cost: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const parameters = { log2Cost: LOG2_COST, blockSize: BLOCK_SIZE, parallelism: PARALLELISM, salt };
  const hash = await derive(password, { ...parameters, hash: Buffer.alloc(HASH_BYTES) });
  const head = `$scrypt$ln=${LOG2_COST},r=${BLOCK_SIZE},p=${PARALLELISM}`;
  return `${head}$${withoutPadding(salt)}$${withoutPadding(hash)}`;
}

export function isPasswordHash(text: string): boolean {
  return parse(text) !== undefined;
}

/** False also for what is no hash. */
export async function isPasswordOf(text: string, password: string): Promise<boolean> {
  const wanted = parse(text);
  return wanted !== undefined && timingSafeEqual(await derive(password, wanted), wanted.hash);
}

function parse(text: string): PasswordHash | undefined {
  const [, log2Cost, blockSize, parallelism, salt = '', hash = ''] = FORMAT.exec(text) ?? [];
  const numbers = {
    log2Cost: Number(log2Cost),
    blockSize: Number(blockSize),
    parallelism: Number(parallelism),
  };
  const isSensible =
    numbers.log2Cost >= 10 &&
    numbers.log2Cost <= MAX_LOG2_COST &&
    numbers.blockSize >= 1 &&
    numbers.parallelism >= 1 &&
    memoryBytes(numbers) <= MAX_MEMORY_BYTES;
  if (!isSensible) return undefined;
  return { ...numbers, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function memoryBytes({ log2Cost, blockSize }: Pick<PasswordHash, 'log2Cost' | 'blockSize'>): number {
  return 128 * 2 ** log2Cost * blockSize;
}

function derive(
  password: string,
  { log2Cost, blockSize, parallelism, salt, hash }: PasswordHash,
): Promise<Buffer> {
  const cost = 2 ** log2Cost;
  const options = { cost, blockSize, parallelization: parallelism, maxmem: MAX_MEMORY_BYTES + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hash.length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function withoutPadding(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
