import { delayUntil, hint, parseDuration, type Hint } from './retryAfterDurations';

/**
 * Names of rate limit headers. A name is shown to the user but may come from the gateway's JSON, so a name with other
 * characters is ignored.
 */
const dimension = /^(?:x-|anthropic-)?ratelimit-[\w-]{1,80}$/;

/**
 * The reset time of a dimension (requests, tokens, …) that has nothing left; of several the last one. The others
 * reset too, but nobody waits for them.
 * @param headers names in lower case
 */
export function exhaustedDimension(headers: ReadonlyMap<string, string>, serverNow: number): Hint | undefined {
  let longest: Hint | undefined;
  for (const [name, value] of headers) {
    if (!dimension.test(name) || !isExhausted(name, headers)) continue;
    const found = hint(delayUntil(value, serverNow) ?? parseDuration(value), name);
    if (found && found.delayMs > (longest?.delayMs ?? 0)) longest = found;
  }
  return longest;
}

function isExhausted(name: string, headers: ReadonlyMap<string, string>): boolean {
  const reset = name.lastIndexOf('-reset');
  const end = reset + '-reset'.length;
  if (reset < 0) return false;
  const sibling = (word: string): string | undefined =>
    headers.get(`${name.slice(0, reset)}-${word}${name.slice(end)}`)?.trim();
  const remaining = sibling('remaining');
  if (remaining) return Number(remaining) <= 0;
  // The unified limit of a subscription counts nothing; where it names its state, only a refusal is worth a wait.
  return name.endsWith('-unified-reset') && !sibling('status')?.startsWith('allowed');
}
