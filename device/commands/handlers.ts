import type { Op, ParsedRequestData, ReplyData } from '../../contract/operations.ts';

/** A request whose envelope and data have been checked. */
export interface Command<O extends Op> {
  readonly peer: string;
  /** Empty unless the op needs one. */
  readonly session: string;
  readonly data: ParsedRequestData<O>;
}

export type Handler<O extends Op> = (command: Command<O>) => ReplyData<O> | Promise<ReplyData<O>>;

/** One handler for each op; what they throw is the reply's error. */
export type Handlers = { readonly [O in Op]: Handler<O> };
