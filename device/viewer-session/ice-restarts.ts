import { RTCIceParameters, type RTCPeerConnection } from 'werift';
import type { IceDescription } from '../../contract/operations.ts';
import { CameraError } from '../../contract/errors.ts';

/** Each may open sockets that stay until the view ends. */
const MOST_RESTARTS = 20;

export interface IceRestartsOptions {
  readonly connection: Pick<RTCPeerConnection, 'iceTransports'>;
  /** Gets the viewer's candidates once they can be taken. */
  readonly addCandidates: (candidates: readonly string[]) => void;
  /** Told how each search for a way ended. */
  readonly handleEnd: (error: unknown) => void;
}

/**
 * Begins ICE anew for a connection that stays what it is (RFC 8445 §9): keys, streams and their numbers go on. Nothing
 * is sent until a way has been found.
 */
export class IceRestarts {
  readonly #options: IceRestartsOptions;
  #count = 0;

  constructor(options: IceRestartsOptions) {
    this.#options = options;
  }

  /** @throws CameraError `bad_request` for what is no restart, `rate_limited` after too many. */
  async begin({ iceUfrag, icePwd, candidates }: IceDescription): Promise<IceDescription> {
    const { connection, addCandidates, handleEnd } = this.#options;
    const [transport] = connection.iceTransports;
    if (!transport || transport.connection.remoteUsername === iceUfrag)
      throw new CameraError('bad_request', 'ICE begins anew only with another ice-ufrag and ice-pwd.');
    if (this.#count >= MOST_RESTARTS)
      throw new CameraError('rate_limited', 'This view has begun ICE anew often enough; begin a new one.');
    this.#count += 1;
    transport.setRemoteParams(new RTCIceParameters({ usernameFragment: iceUfrag, password: icePwd }));
    await transport.gather();
    addCandidates(candidates);
    transport.start().then(() => handleEnd(undefined), handleEnd);
    const { usernameFragment, password } = transport.localParameters;
    return {
      iceUfrag: usernameFragment,
      icePwd: password,
      candidates: transport.localCandidates.map((candidate) => candidate.toJSON().candidate),
    };
  }
}
