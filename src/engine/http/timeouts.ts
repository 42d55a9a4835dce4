import type { EngineSettings } from '../engineSettings';

/** Milliseconds. All stay under 300 s, where runtimes and proxies have clocks of their own. */
export interface Timeouts {
  /** From sending the request to the headers of its response. */
  readonly headersMs: number;
  /** From the headers to the first text or reasoning. */
  readonly firstTokenMs: number;
  /** No bytes at all. */
  readonly idleMs: number;
  /** Only comments, keep-alives and empty events. */
  readonly silentMs: number;
}

const usual: Timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
const reasoning: Timeouts = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };

/** After the finish reason: how long to wait for the usage chunk and `[DONE]`. */
export const tailMs = 5_000;
/** After `[DONE]`: how long to wait for the end of the body, so that the connection can be used again. */
export const drainMs = 100;
/** Nothing for so long: say that we are still waiting. */
export const quietMs = 10_000;

const thinkers =
  /(?:^|[/:\-_.])(?:o[1-9]|gpt-[5-9]|r[12]|qwq|qvq|magistral|grok-[4-9]|gemini-(?:2\.5|[3-9](?:\.\d+)?)-pro|reason(?:er|ing)?|think(?:ing)?)(?:[/:\-_.]|$)/i;
const saysItDoesNot = /non-?(?:reasoning|thinking)/i;

/** Models that think, silently, for minutes; by the names their makers give them. */
export function isReasoningModel(model: string): boolean {
  return thinkers.test(model) && !saysItDoesNot.test(model);
}

export function timeoutsFor(model: string, set: EngineSettings['timeout']): Timeouts {
  const defaults = isReasoningModel(model) ? reasoning : usual;
  return {
    headersMs: set.headersMs ?? defaults.headersMs,
    firstTokenMs: set.firstTokenMs ?? defaults.firstTokenMs,
    idleMs: set.idleMs ?? defaults.idleMs,
    silentMs: set.silentMs ?? defaults.silentMs,
  };
}
