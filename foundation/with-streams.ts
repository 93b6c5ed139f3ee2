import type { ChildProcess } from 'node:child_process';
import { PassThrough } from 'node:stream';

/**
 * The child, with streams that lead nowhere where it has none: Node starts no program and makes no streams when this
 * process has no file descriptor left (EMFILE), whatever its types say. The child's `error` event tells it then, as it does
 * for every other program that cannot be started.
 */
export function withStreams<Child extends ChildProcess>(child: Child): Child {
  const { stdio } = child as Partial<ChildProcess>;
  if (stdio !== undefined) return child;
  const missing: object = child;
  const [stdin, stdout, stderr] = [
    new PassThrough().resume(),
    new PassThrough().end(),
    new PassThrough().end(),
  ];
  Object.assign(missing, { stdin, stdout, stderr });
  return child;
}
