export { systemClock, type Clock } from '../../foundation/clock.ts';
