import { OpenAI } from 'openai';

/** Headers with which the SDK reports its version, the runtime and the operating system. They are not sent. */
const sdkHeaders = ['Lang', 'Package-Version', 'OS', 'Arch', 'Runtime', 'Runtime-Version', 'Retry-Count'];

/**
 * Builds requests (URL, headers and body) with the SDK, but sends none, because the engine handles retries, timeouts
 * and errors. The builder contains no key: each request names its URL and its key.
 */
export class RequestBuilder extends OpenAI {
  constructor() {
    // These options prevent the SDK from reading a key, an organization or a project from the environment.
    super({ apiKey: 'unused', adminAPIKey: null, organization: null, project: null, logLevel: 'off' });
    // Replaces the headers from the environment (`OPENAI_CUSTOM_HEADERS`), which may contain the key of another
    // provider.
    this._options.defaultHeaders = Object.fromEntries(sdkHeaders.map((name) => [`X-Stainless-${name}`, null]));
  }
}
