import { RTCIceParameters, type RTCPeerConnection } from 'werift';
import type { IceDescription } from '../../contract/operations.ts';
import { CameraError } from '../../contract/errors.ts';
import { systemClock, type Clock } from '../capture/clock.ts';

/** Each may open sockets that stay until the view ends. */
const MOST_RESTARTS = 20;
/** As long as the first way may take. */
const SEARCH_TIMEOUT_MS = 15_000;

export interface IceRestartsOptions {
  readonly connection: Pick<RTCPeerConnection, 'iceTransports'>;
  /** Gets the viewer's candidates once they can be taken. */
  readonly addCandidates: (candidates: readonly string[]) => void;
  /** Told how the search for a way ended, unless another began meanwhile. */
  readonly handleEnd: (error: unknown) => void;
  readonly clock?: Clock;
}

export class NoOtherWayError extends Error {
  override readonly name = 'NoOtherWayError';
}

/**
 * Begins ICE anew for a connection that stays what it is (RFC 8445 §9): keys, streams and their numbers go on. Nothing
 * is sent until a way has been found.
 */
export class IceRestarts {
  readonly #options: IceRestartsOptions;
  #count = 0;
  #search: symbol | undefined;
  #cancelTimeout: () => void = () => undefined;

  constructor(options: IceRestartsOptions) {
    this.#options = options;
  }

  /**
   * @throws CameraError `bad_request` for what is no restart, `rate_limited` after too many, `not_live` when another
   *   began, or the view ended, before this one could be answered.
   */
  async begin({ iceUfrag, icePwd, candidates }: IceDescription): Promise<IceDescription> {
    const { connection, addCandidates } = this.#options;
    const [transport] = connection.iceTransports;
    if (!transport || transport.connection.remoteUsername === iceUfrag)
      throw new CameraError('bad_request', 'ICE begins anew only with another ice-ufrag and ice-pwd.');
    if (this.#count >= MOST_RESTARTS)
      throw new CameraError('rate_limited', 'This view has begun ICE anew often enough; begin a new one.');
    this.#count += 1;
    const search = Symbol(iceUfrag);
    this.#search = search;
    this.#limit(search);
    transport.setRemoteParams(new RTCIceParameters({ usernameFragment: iceUfrag, password: icePwd }));
    await transport.gather();
    if (search !== this.#search)
      throw new CameraError('not_live', 'This view has begun ICE anew once more, or has ended.');
    addCandidates(candidates);
    transport.start().then(
      () => this.#end(search, undefined),
      (error: unknown) => this.#end(search, error),
    );
    const { usernameFragment, password } = transport.localParameters;
    return {
      iceUfrag: usernameFragment,
      icePwd: password,
      candidates: transport.localCandidates.map((candidate) => candidate.toJSON().candidate),
    };
  }

  /** No search is waited for any more. */
  close(): void {
    this.#search = undefined;
    this.#cancelTimeout();
  }

  /** The library goes on searching for as long as the viewer might name other candidates, which may be for ever. */
  #limit(search: symbol): void {
    const { clock = systemClock } = this.#options;
    this.#cancelTimeout();
    this.#cancelTimeout = clock.after(SEARCH_TIMEOUT_MS, () =>
      this.#end(search, new NoOtherWayError(`no other way was found within ${SEARCH_TIMEOUT_MS / 1000} s`)),
    );
  }

  /** A search that was given up for another one has nothing to say. */
  #end(search: symbol, error: unknown): void {
    if (search !== this.#search) return;
    this.#search = undefined;
    this.#cancelTimeout();
    this.#options.handleEnd(error);
  }
}
