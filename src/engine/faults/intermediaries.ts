import type { ProviderError } from './providerError';

/** Cloudflare asks for a browser: a page instead of an answer, whatever the status, and no key gets past it. */
export function isBrowserChallenge(headers: Headers, body: string): boolean {
  if (headers.get('cf-mitigated') === 'challenge') return true;
  if (/_cf_chl_opt|\/cdn-cgi\/challenge-platform\//.test(body)) return true;
  return /cloudflare/i.test(headers.get('server') ?? '') && /<title>(?:Just a moment|Attention Required)/i.test(body);
}

/**
 * Whether a refused key is the gateway's own at the provider behind it. new-api and one-api add their request id to
 * what they pass on, and name themselves as the type of their own errors; LiteLLM names the exception of the provider.
 */
export function refusesUpstreamKey({ words, wrapper, codes }: ProviderError, headers = new Headers()): boolean {
  const sentence = wrapper || words;
  if (/litellm\.AuthenticationError/i.test(sentence)) return true;
  const passedOn = headers.has('x-oneapi-request-id') || /\(request id: \w{14,}\)\s*$/.test(sentence);
  // The names of its forks: `one_hub_error`, `shell_api_error`.
  const own = codes.some((code) => /_(?:api|hub)_error$/.test(code)) || /令牌|^invalid token\b/i.test(words);
  return passedOn && !own;
}
