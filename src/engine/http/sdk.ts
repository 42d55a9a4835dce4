import { OpenAI } from 'openai';

/** Headers with which the SDK reports its version, the runtime and the operating system. They are not sent. */
const sdkHeaders = ['Lang', 'Package-Version', 'OS', 'Arch', 'Runtime', 'Runtime-Version', 'Retry-Count'];

/** What all requests to a URL have in common. */
export interface RequestTemplate {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Builds requests (URL and headers) with the SDK, but sends none, because the engine handles retries, timeouts and
 * errors. The builder contains no key: the engine adds the key and the body to each request.
 */
export class RequestBuilder extends OpenAI {
  private latest: { readonly path: string; readonly template: RequestTemplate } | undefined;

  constructor() {
    // These options prevent the SDK from reading a key, an organization or a project from the environment.
    super({ apiKey: 'unused', adminAPIKey: null, organization: null, project: null, logLevel: 'off' });
    // Replaces the headers from the environment (`OPENAI_CUSTOM_HEADERS`), which may contain the key of another
    // provider.
    this._options.defaultHeaders = Object.fromEntries(sdkHeaders.map((name) => [`X-Stainless-${name}`, null]));
  }

  /**
   * The SDK takes longer than all other preparations of a request, so its result is used again until the URL changes.
   */
  async templateFor(path: string): Promise<RequestTemplate> {
    if (this.latest?.path === path) return this.latest.template;
    const { url, req } = await this.buildRequest({ method: 'post', path, headers: { Authorization: null }, body: {} });
    const template = { url, headers: Object.fromEntries(new Headers(req.headers)) };
    this.latest = { path, template };
    return template;
  }
}
