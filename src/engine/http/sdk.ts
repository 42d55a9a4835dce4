import { OpenAI } from 'openai';

/** Headers in which the SDK names itself, the runtime and the operating system. The gateway needs none of them. */
const sdkHeaders = ['Lang', 'Package-Version', 'OS', 'Arch', 'Runtime', 'Runtime-Version', 'Retry-Count'];

/**
 * Builds requests (URL, headers and body) as the SDK does, but sends none: retries, timeouts and errors are the engine's.
 * It outlives its requests and therefore holds no key; each request brings its own.
 *
 * This file is loaded with the first request, so that activation does not load the SDK.
 */
export class RequestBuilder extends OpenAI {
  constructor(baseURL: string, userAgent: string) {
    // The environment of the editor must not name a key, an organisation or a project.
    super({ apiKey: 'unused', adminAPIKey: null, baseURL, organization: null, project: null, logLevel: 'off' });
    // Replaces the headers from the environment (`OPENAI_CUSTOM_HEADERS`), which may contain the key of another provider.
    this._options.defaultHeaders = {
      ...Object.fromEntries(sdkHeaders.map((name) => [`X-Stainless-${name}`, null])),
      'User-Agent': userAgent,
    };
  }
}
