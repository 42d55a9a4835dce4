import { OpenAI } from 'openai';

/**
 * Builds requests with the OpenAI SDK. The SDK's client sends no requests, because the engine handles retries, timeouts
 * and errors. The options prevent the SDK from reading a key, an organization or a project from the environment. The
 * engine adds the key to each request.
 */
const client = new OpenAI({ apiKey: 'unused', adminAPIKey: null, organization: null, project: null, logLevel: 'off' });

/**
 * Headers of the SDK that requests contain. All other headers are removed: they report the version of the SDK, the
 * runtime and the operating system, or come from the environment variable `OPENAI_CUSTOM_HEADERS`, which might contain
 * the key of another provider.
 */
const sentHeaders: ReadonlySet<string> = new Set(['accept', 'content-type']);

/** The parts that all requests to a URL have in common. The key is not included. */
interface RequestTemplate {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

let latestTemplate: RequestTemplate | undefined;

/**
 * Returns the common parts of all requests to a URL. The SDK needs more time to build these parts than all other
 * preparations of a request take, so the result is reused until the URL changes.
 */
export async function templateFor(path: string): Promise<RequestTemplate> {
  if (latestTemplate?.url === path) return latestTemplate;
  // This header replaces any `Accept` header that the SDK reads from the environment variable `OPENAI_CUSTOM_HEADERS`.
  const { url, req } = await client.buildRequest({
    method: 'post',
    path,
    headers: { Accept: 'application/json' },
    body: {},
  });
  const headers = [...new Headers(req.headers)].filter(([name]) => sentHeaders.has(name));
  latestTemplate = { url, headers: Object.fromEntries(headers) };
  return latestTemplate;
}
