/** The `code` that Node and mqtt.js give their errors, such as `ECONNREFUSED`; empty without one. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}
