/** How a model goes on with an assistant message: marked with `prefix: true`, or because it is the last one. */
export type Prefill = 'prefix' | 'assistant';

interface Row {
  readonly takes: Prefill;
  readonly model: RegExp;
  /** Absent: wherever the model is served. */
  readonly baseUrl?: RegExp;
}

/**
 * DeepSeek: api-docs.deepseek.com, "Chat Prefix Completion (Beta)", only below `/beta` of its own origin. Claude:
 * platform.claude.com, "Prefill Claude's response"; "What's new in Claude 4.6": a prefill is a 400 from there on, and
 * it never went together with extended thinking, which gateways spell as a suffix of the model's name.
 */
const table: readonly Row[] = [
  { takes: 'prefix', model: /^deepseek-/, baseUrl: /^https:\/\/api\.deepseek\.com(:443)?\/beta\/*$/i },
  { takes: 'assistant', model: claude(String.raw`(2([.-][01])?|v2)`) },
  { takes: 'assistant', model: claude(String.raw`3([.-][57])?-(opus|sonnet|haiku)`) },
  { takes: 'assistant', model: claude(String.raw`(opus|sonnet|haiku)-4([.-][015])?`) },
];

/** Between a provider's prefix (`anthropic/`, Bedrock's `us.anthropic.`) and a date or revision. */
function claude(version: string): RegExp {
  const before = String.raw`^([\w.~-]+\/)*(([a-z]+\.)?anthropic\.)?claude-`;
  const after = String.raw`([-@](\d{8}|latest))?(-v\d+)?(@\d{8})?(:\d+|:beta)?$`;
  return new RegExp(before + version + after, 'i');
}

/** @returns undefined: nothing is known of this model here */
export function knownPrefill(baseUrl: string, model: string): Prefill | undefined {
  return table.find((row) => row.model.test(model) && (row.baseUrl?.test(baseUrl) ?? true))?.takes;
}
