const NAME = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.mp4$/;

/** The name of a recording that begins at `startMs` (milliseconds since 1970): UTC, sorted by name as by time. */
export function recordingName(startMs: number): string {
  return `${new Date(startMs).toISOString().replaceAll(/[:.]/g, '-')}.mp4`;
}

/** When the recording of that name began, milliseconds since 1970; undefined for what is no name of a recording. */
export function startOfRecording(name: string): number | undefined {
  const [, day, hours, minutes, seconds, milliseconds] = NAME.exec(name) ?? [];
  if (day === undefined) return undefined;
  const startMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}.${milliseconds}Z`);
  return Number.isNaN(startMs) ? undefined : startMs;
}
