import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('./stand-in-picamera2', import.meta.url));

export type Picamera2Behaviour =
  'still' | 'lively' | 'moving' | 'no-camera' | 'busy' | 'silence' | 'encoder-dies' | 'hangs-on-close';

/** Lets Python programs started by this process find a Picamera2 that draws its pictures, until stopped. */
export function installStandInPicamera2(behaviour: Picamera2Behaviour = 'still'): {
  readonly stop: () => void;
} {
  const before = { path: process.env['PYTHONPATH'], behaviour: process.env['STAND_IN_BEHAVIOUR'] };
  process.env['PYTHONPATH'] = MODULES;
  process.env['STAND_IN_BEHAVIOUR'] = behaviour;
  return {
    stop: () => {
      restore('PYTHONPATH', before.path);
      restore('STAND_IN_BEHAVIOUR', before.behaviour);
    },
  };
}

function restore(name: 'PYTHONPATH' | 'STAND_IN_BEHAVIOUR', value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
