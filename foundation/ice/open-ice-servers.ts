import type { IceServer } from '../../contract/operations.ts';
import type { Logger } from '../logger.ts';
import { fixedIceServers, type IceServerSource } from './ice-server-source.ts';
import { IceServerSupply } from './ice-server-supply.ts';
import type { TurnSettings } from './turn-settings.ts';

/** What the configuration has under `ice`. */
export interface IceServerSettings {
  readonly servers: readonly IceServer[];
  readonly turn?: TurnSettings | undefined;
}

export function openIceServers({ servers, turn }: IceServerSettings, logger: Logger): IceServerSource {
  return turn ? new IceServerSupply({ servers, turn, logger }) : fixedIceServers(servers);
}
