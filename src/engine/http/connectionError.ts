import { isRecord } from '../json';

/** `base-url`: the base URL of the settings can't be used; `keyring`: the API key can't be read. */
export type ConnectionProblem = 'base-url' | 'keyring';

/**
 * The error with which `EngineDeps.connection` rejects when there is no connection and the user can fix the cause. Its
 * message is localised. Any other rejection is a defect.
 */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/** Checks the field, because the class belongs to the host. */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
