import { OpenAI } from 'openai';

/**
 * Builds requests, but sends none, because the engine handles retries, timeouts and errors. These options prevent the SDK
 * from reading a key, an organization or a project from the environment. The engine adds the key to each request.
 */
const client = new OpenAI({ apiKey: 'unused', adminAPIKey: null, organization: null, project: null, logLevel: 'off' });

/**
 * Headers of the SDK that are sent. The others report the version of the SDK, the runtime and the operating system, or come
 * from the environment (`OPENAI_CUSTOM_HEADERS`) and may contain the key of another provider.
 */
const sentHeaders: ReadonlySet<string> = new Set(['accept', 'content-type']);

/** The parts that all requests to a URL have in common. The key is not one of them. */
interface RequestTemplate {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

let latest: RequestTemplate | undefined;

/** The SDK takes longer than all other preparations of a request, so its result is used again until the URL changes. */
export async function templateFor(path: string): Promise<RequestTemplate> {
  if (latest?.url === path) return latest;
  // Replaces the same header from the environment.
  const { url, req } = await client.buildRequest({
    method: 'post',
    path,
    headers: { Accept: 'application/json' },
    body: {},
  });
  const headers = [...new Headers(req.headers)].filter(([name]) => sentHeaders.has(name));
  latest = { url, headers: Object.fromEntries(headers) };
  return latest;
}
