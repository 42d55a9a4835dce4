import type { ConnectionError, ConnectionProblem } from '../../engine/request';

/** An error about something that the user can fix. The error's localized message is shown to the user unchanged. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/**
 * Error that is thrown if no request can be made: the base URL can't be used, or the keyring of the operating system
 * can't read or store the API key.
 */
export class NoConnectionError extends UserError implements ConnectionError {
  constructor(
    readonly connectionProblem: ConnectionProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Error that is thrown to the caller if a command or the API gets an invalid argument. */
export class ArgumentError extends TypeError {
  readonly code = 'ERR_HOLYSHEEP_ARGUMENT';
}

export function errorMessage(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
