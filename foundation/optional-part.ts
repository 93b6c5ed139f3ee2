import { errorCode } from './error-code.ts';

/** A part whose packages are not there, as an installation without optional dependencies leaves them out. */
export class PartLeftOutError extends Error {
  override readonly name = 'PartLeftOutError';
}

/**
 * Loads a part that not everybody needs: a camera with a broker of its owner's, the Homebridge plugin and the Node-RED
 * nodes do without it.
 * @param what for people, such as "the web page".
 * @throws PartLeftOutError
 */
export async function loadOptionalPart<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (errorCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new PartLeftOutError(
      `${what} needs packages that were left out when Picam was installed; install it again without "--omit=optional".`,
      { cause },
    );
  }
}
