import type { StreamControl } from './stream-control.ts';
import type { Handlers } from './handlers.ts';

/** The camera itself. */
export function streamHandlers(
  stream: StreamControl,
): Pick<Handlers, 'start' | 'stop' | 'restart' | 'keyframe'> {
  return {
    start: () => {
      stream.start();
      return stream.current();
    },
    stop: async () => {
      await stream.stop();
      return stream.current();
    },
    restart: async () => {
      await stream.restart();
      return stream.current();
    },
    keyframe: () => {
      stream.requestKeyframe();
      return {};
    },
  };
}
