import type { Logger } from '../../foundation/logger.ts';
import type { Clock } from './clock.ts';
import { ffmpegCapture } from './ffmpeg.ts';
import { FlvReader } from './flv-reader.ts';
import { ProcessSource } from './process-source.ts';
import { SourceError } from './source-error.ts';
import type { Source } from './source.ts';

const ANSWER_TIMEOUT_US = 5_000_000;
/** Enough to find the pictures' size; more would only delay the first one. */
const ANALYSE_US = 1_000_000;
const PROTOCOLS = 'pipe,rtsp,rtsps,rtp,tcp,tls,udp';

/**
 * A network camera, copied and never encoded again. Its name and password appear in no message and no log.
 *
 * @throws SourceError for what is not an RTSP URL.
 */
export function createRtspSource(url: string, clock: Clock, logger: Logger): Source {
  const description = `RTSP camera ${hostOf(url)}`;
  const command = ffmpegCapture(
    [
      ...['-f', 'concat', '-safe', '0', '-protocol_whitelist', PROTOCOLS, '-fflags', 'nobuffer'],
      ...['-i', 'pipe:0', '-map', '0:v:0', '-c:v', 'copy'],
    ],
    (lastWords) => explain(lastWords, description),
  );
  return new ProcessSource({
    description,
    command: { ...command, input: playlistOf(url), redact: (line) => redactRtspUrls(line) },
    createReader: () => new FlvReader(),
    clock,
    logger,
  });
}

/** One camera, as ffmpeg's list of things to play: its words are seen by every user of the machine, its input is not. */
function playlistOf(url: string): string {
  const options = { rtsp_transport: 'tcp', timeout: ANSWER_TIMEOUT_US, analyzeduration: ANALYSE_US };
  return [
    'ffconcat version 1.0',
    `file '${url.replaceAll("'", "'\\''")}'`,
    ...Object.entries(options).map(([name, value]) => `option ${name} ${value}`),
    '',
  ].join('\n');
}

/** Names and passwords stand before the host, but some cameras want them in the path: only the host is kept. */
export function redactRtspUrls(text: string): string {
  return text.replace(/(rtsps?:\/\/)\S+/gi, (match, scheme: string) => `${scheme}${hostInside(match)}/…`);
}

function hostOf(url: string): string {
  const isUsable = URL.canParse(url) && /^rtsps?:$/.test(new URL(url).protocol);
  if (isUsable && new URL(url).host !== '' && !/[\s\p{Cc}]/u.test(url)) return new URL(url).host;
  throw new SourceError(
    'the URL of the RTSP camera cannot be read; it looks like "rtsp://user:password@192.168.1.20:554/stream1", special characters in the password as %XX.',
    { isFinal: true },
  );
}

function hostInside(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '…';
}

function explain(lastWords: string, description: string): SourceError | undefined {
  const problem = problemIn(lastWords);
  return problem === undefined ? undefined : new SourceError(`${description} ${problem}`);
}

function problemIn(lastWords: string): string | undefined {
  if (/401 Unauthorized|403 Forbidden/i.test(lastWords))
    return 'refuses the name or password; check them, special characters in the URL as %XX.';
  if (/404 Not Found|454 Session Not Found|Server returned 400/i.test(lastWords))
    return 'does not know this path; its manual or an ONVIF program tells the right one.';
  if (/Connection refused/i.test(lastWords))
    return 'refuses the connection; switch RTSP on in the camera, and check the port (most use 554).';
  if (/timed out|No route to host|Network is unreachable/i.test(lastWords))
    return 'does not answer; check its address, its power and its network.';
  if (/failed to resolve|Name or service not known|Temporary failure in name/i.test(lastWords))
    return 'has a name that no one knows; write its IP address in the URL.';
  if (/not compatible with flv|the video is not H\.264/i.test(lastWords))
    return 'does not send H.264; choose H.264 (not H.265) in its settings, or use its second stream.';
  if (/unknown keyword .option/i.test(lastWords))
    return 'needs ffmpeg 5 or newer, and this machine has an older one.';
  if (/matches no streams/i.test(lastWords)) return 'sends no video on this path; choose another one.';
  return undefined;
}
