import { OpenAI } from 'openai';

/** A bundle of its own, loaded with the first request: activation must not pay for it. */
export { OpenAI };

/** These tell operating system, runtime and the version of the SDK, which is nobody's business. */
const platformHeaders = ['Lang', 'Package-Version', 'OS', 'Arch', 'Runtime', 'Runtime-Version', 'Retry-Count'];

/**
 * The part of the SDK that builds requests: URL, body and headers. It sends nothing, so none of its retries, timers and
 * errors has to be undone. It outlives its requests, so it holds no key: each request brings its own.
 */
export class RequestBuilder extends OpenAI {
  constructor(baseURL: string, userAgent: string) {
    // The environment of the editor must not name a key, an organisation or a project.
    super({ apiKey: 'unused', adminAPIKey: null, baseURL, organization: null, project: null, logLevel: 'off' });
    // The SDK has filled them with headers of the environment (`OPENAI_CUSTOM_HEADERS`), maybe with another provider's key.
    this._options.defaultHeaders = {
      ...Object.fromEntries(platformHeaders.map((name) => [`X-Stainless-${name}`, null])),
      'User-Agent': userAgent,
    };
  }
}
