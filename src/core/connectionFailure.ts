/** A network error of a request or its response. Any other exception is a defect of the extension. */
export class ConnectionFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('The connection failed.', { cause });
  }
}
