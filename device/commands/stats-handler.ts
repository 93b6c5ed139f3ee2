import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Handlers } from './handlers.ts';

export function statsHandlers(telemetry: Telemetry): Pick<Handlers, 'stats'> {
  return { stats: () => telemetry.read() };
}
