import type { ConnectionError, ConnectionProblem } from '../../engine/request';

/** Something the user can put right; its message is localised and shown as it is. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Thrown when there is no connection: the base URL can't be used, or the keyring can't read or store the key. */
export class NoConnectionError extends UserError implements ConnectionError {
  constructor(
    readonly connectionProblem: ConnectionProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A command or the API was called wrongly: the caller gets it back. */
export class ArgumentError extends TypeError {
  readonly code = 'ERR_HOLYSHEEP_ARGUMENT';
}

/** Returns the message of anything that was thrown. */
export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
