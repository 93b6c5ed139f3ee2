/** Largest JSON message in bytes, either way. AWS IoT Core takes 128 KB; half of it leaves room for every broker. */
export const MAX_JSON_BYTES = 64 * 1024;

/** Largest JPEG on the snapshot topic, in bytes. */
export const MAX_SNAPSHOT_BYTES = 120 * 1024;

/** AWS IoT Core's limits on a topic. */
export const MAX_TOPIC_BYTES = 256;
export const MAX_PREFIX_LEVELS = 3;

/** How long a client waits for one reply before its single retry with the same id. */
export const REQUEST_TIMEOUT_MS = 8_000;

/** How long a device answers a repeated (peer, op, id) from its cache. */
export const REPLY_CACHE_MS = 60_000;

/** Readers wait this long before they believe `offline`: a client-id takeover shows online, offline, online. */
export const OFFLINE_DEBOUNCE_MS = 2_000;

/** Largest message on a viewer's data channel, either way, in bytes of UTF-8. */
export const MAX_CHANNEL_MESSAGE_BYTES = 1_024;

/** So many messages a second of one viewer are passed on; of more the newest waits for its turn. */
export const CHANNEL_MESSAGES_PER_SECOND = 50;

/** Longest words of an error in a state or a push, in characters. */
export const MAX_MESSAGE_LENGTH = 1024;

/** More than any home has; keeps a flood of invented devices from filling the memory of whoever follows them all. */
export const MAX_CAMERAS = 1_000;
