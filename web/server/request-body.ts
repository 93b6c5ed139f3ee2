import type { Context } from 'hono';
import type { z } from 'zod';
import { parseJson } from '../../contract/envelopes.ts';
import { CameraError } from '../../contract/errors.ts';
import { MAX_JSON_BYTES } from '../../contract/limits.ts';
import { requireContentType } from './request-guards.ts';

/**
 * The request's body as text; reading stops once it is larger than any message of the contract.
 * @throws CameraError `too_large`
 */
export async function readBodyText({ req }: Context): Promise<string> {
  if (Number(req.header('content-length') ?? 0) > MAX_JSON_BYTES) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of req.raw.body ?? []) {
    bytes += piece.length;
    if (bytes > MAX_JSON_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** @throws HttpError 415, CameraError `bad_request` */
export async function readJsonBody<T extends z.ZodType>(context: Context, schema: T): Promise<z.output<T>> {
  requireContentType(context.req.header('content-type'), 'application/json');
  return parseJson(schema, await readBodyText(context), 'The request body');
}

/** As readJsonBody, but a request without a body is `{}`. */
export async function readOptionalJsonBody<T extends z.ZodType>(
  context: Context,
  schema: T,
): Promise<z.output<T>> {
  const text = await readBodyText(context);
  if (text === '') return parseJson(schema, '{}', 'The request body');
  requireContentType(context.req.header('content-type'), 'application/json');
  return parseJson(schema, text, 'The request body');
}

function tooLarge(): CameraError {
  return new CameraError('too_large', `The request has more than ${MAX_JSON_BYTES} bytes.`);
}
