/** Modes of what Picam keeps: cameras see what is nobody else's business on the same machine. */
export const OWNER_ONLY_FILE = 0o600;
export const OWNER_ONLY_FOLDER = 0o700;
