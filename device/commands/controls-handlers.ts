import type { LiveControls } from '../controls/live-controls.ts';
import type { Handlers } from './handlers.ts';

export function controlsHandlers(
  controls: Pick<LiveControls, 'change'>,
  checkAllowed: () => void,
): Pick<Handlers, 'controls'> {
  return {
    controls: ({ data }) => {
      checkAllowed();
      return controls.change(data);
    },
  };
}
