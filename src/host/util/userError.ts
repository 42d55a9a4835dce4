import type { ConnectionError, ConnectionProblem } from '../../engine/request';

/** An error that the user can fix. Its localised message is shown as it is. */
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

/** Thrown to the caller when a command or the API gets an invalid argument. */
export class ArgumentError extends TypeError {
  readonly code = 'ERR_HOLYSHEEP_ARGUMENT';
}

/** Returns the message of a thrown value of any type. */
export function errorMessage(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
