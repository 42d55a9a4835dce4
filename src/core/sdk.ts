import { OpenAI, type ClientOptions } from 'openai';

/** A bundle of its own, loaded with the first request: activation must not pay for it. */
export { OpenAI };
export { createParser } from 'eventsource-parser';

type Fetch = NonNullable<ClientOptions['fetch']>;

/** Sends what the SDK has built as it is: the signal is the caller's, and no clock but the caller's runs. */
export class Client extends OpenAI {
  constructor(
    options: ClientOptions,
    private readonly exchange: Fetch,
  ) {
    super(options);
  }

  override fetchWithTimeout(url: Parameters<Fetch>[0], init: Parameters<Fetch>[1]): Promise<Response> {
    return this.exchange(url, init);
  }
}
