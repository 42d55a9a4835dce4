import { OpenAI } from 'openai';

/**
 * Builds requests with the OpenAI SDK, but does not send them, because the engine handles retries, timeouts and errors.
 * The options prevent the SDK from reading a key, an organization or a project from the environment. The engine adds
 * the API key to each request.
 */
const client = new OpenAI({ apiKey: 'unused', adminAPIKey: null, organization: null, project: null, logLevel: 'off' });

/**
 * Headers from the SDK that are kept. The other headers report the version of the SDK, the runtime and the operating
 * system, or come from the environment variable `OPENAI_CUSTOM_HEADERS`, which might contain the API key of another
 * provider.
 */
const sentHeaders: ReadonlySet<string> = new Set(['accept', 'content-type']);

/** The parts that all requests to a URL have in common. The API key is not included. */
interface RequestTemplate {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

let latestTemplate: RequestTemplate | undefined;

/**
 * Returns the common parts of all requests to a URL. Building these parts with the SDK takes longer than all other
 * preparations of a request. The result is therefore reused until the URL changes.
 */
export async function templateFor(path: string): Promise<RequestTemplate> {
  if (latestTemplate?.url === path) return latestTemplate;
  // Replaces any `Accept` header that the SDK reads from the environment variable `OPENAI_CUSTOM_HEADERS`.
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
