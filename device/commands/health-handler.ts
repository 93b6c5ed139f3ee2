import type { HealthWatch } from '../health/health-watch.ts';
import type { Handlers } from './handlers.ts';

export function healthHandlers(watch: HealthWatch): Pick<Handlers, 'health'> {
  return {
    health: async () => {
      const { verdict, readings } = await watch.look();
      return { health: verdict.health, reasons: [...verdict.reasons], machine: readings };
    },
  };
}
