import type { ToHost, ToHostOf } from '../../shared/pageMessages';
import type { Replies } from '../../shared/protocol';

/** Message to which the host replies, without the number of the request. */
type PageRequest = { [Type in keyof Replies]: Omit<ToHostOf<Type>, 'request'> }[keyof Replies];

/** Numbers the requests of the page, and passes each reply of the host to the code that sent the request. */
export class Requests {
  private readonly pending = new Map<number, (value: never) => void>();
  private count = 0;

  constructor(private readonly post: (message: ToHost) => void) {}

  /**
   * Sends a request to the host.
   * @param onReply called with the reply, but not if the host fails
   */
  readonly send = <Request extends PageRequest>(
    message: Request,
    onReply: (value: Replies[Request['type']]) => void,
  ): void => {
    const request = ++this.count;
    this.pending.set(request, onReply);
    this.post({ ...message, request });
  };

  receive(request: number, value: Replies[keyof Replies]): void {
    this.pending.get(request)?.(value as never);
    this.pending.delete(request);
  }
}
