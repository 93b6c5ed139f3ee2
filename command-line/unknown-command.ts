import type { Command } from 'commander';
import { nearestName } from './nearest-name.ts';

/** Words for a first word that is no command; undefined when it is one, or a flag. */
export function unknownCommand(program: Command, [word]: readonly string[]): string | undefined {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return undefined;
  const meant = nearestName(word, names);
  const hint = meant === undefined ? '' : `; is ${meant} meant?`;
  return `error: there is no command ${JSON.stringify(word)}${hint}\n(--help lists what there is)`;
}
