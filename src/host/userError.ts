import type { ConnectionError, ConnectionProblem } from '../core/connectionError';

/** Something the user can put right; its message is localised and shown as it is. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** By name: chunks that are loaded later have a class of their own. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError';
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

const argumentErrorCode = 'ERR_HOLYSHEEP_ARGUMENT';

/** A command or the API was called wrongly: the caller gets it back. */
export class ArgumentError extends TypeError {
  readonly code = argumentErrorCode;
}

/** Checks the code instead of the class, because every lazily loaded bundle has its own copy of the class. */
export function isArgumentError(error: unknown): error is ArgumentError {
  return error instanceof TypeError && 'code' in error && error.code === argumentErrorCode;
}
