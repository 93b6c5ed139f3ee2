import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { parseJson } from '../../contract/envelopes.ts';
import { CameraError } from '../../contract/errors.ts';
import { MAX_JSON_BYTES } from '../../contract/limits.ts';
import { requireContentType } from './request-guards.ts';

/** Stops reading a body that is larger than any message of the contract. */
export const limitBody = bodyLimit({
  maxSize: MAX_JSON_BYTES,
  onError: () => {
    throw new CameraError('too_large', `The request has more than ${MAX_JSON_BYTES} bytes.`);
  },
});

/** @throws HttpError 415, CameraError `bad_request` */
export async function readJsonBody<T extends z.ZodType>({ req }: Context, schema: T): Promise<z.output<T>> {
  requireContentType(req.header('content-type'), 'application/json');
  return parseJson(schema, await req.text(), 'The request body');
}

/** As readJsonBody, but a request without a body is `{}`. */
export async function readOptionalJsonBody<T extends z.ZodType>(
  context: Context,
  schema: T,
): Promise<z.output<T>> {
  const text = await context.req.text();
  if (text === '') return parseJson(schema, '{}', 'The request body');
  requireContentType(context.req.header('content-type'), 'application/json');
  return parseJson(schema, text, 'The request body');
}
