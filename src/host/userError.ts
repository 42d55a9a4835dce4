/** Something the user can put right; its message is localised and shown as it is. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** By name: chunks that are loaded later have a class of their own. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError';
}

/** A command or the API was called wrongly: the caller gets it back. */
export class ArgumentError extends TypeError {}
