import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { hashPassword } from '../web/server/access/password-hash.ts';

const SHORTEST_PASSWORD = 8;

type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Whoever types sees nothing of it; of what comes by a pipe the last end of line is not part. */
export async function printPasswordHash(input: Input, output: NodeJS.WritableStream): Promise<void> {
  const given = input.isTTY === true ? await ask(input) : await text(input);
  const password = given.replace(/\r?\n$/u, '');
  if (password.length < SHORTEST_PASSWORD) {
    const problem = `The password must have ${SHORTEST_PASSWORD} characters or more.`;
    console.error(problem);
    throw new CommanderError(1, 'picam.password', problem);
  }
  output.write(`passwordHash: '${await hashPassword(password)}'\n`);
}

async function ask(input: Input): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  process.stderr.write('Password: ');
  try {
    return await lines.question('');
  } finally {
    process.stderr.write('\n');
    lines.close();
  }
}
