/** Something the user can put right; its message is localised and shown as it is. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** A command or the API was called wrongly: the caller gets it back. */
export class ArgumentError extends TypeError {}
