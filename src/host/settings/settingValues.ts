import * as v from 'valibot';
import type { EngineSettings } from '../../engine/engine';
import type { JitterKind } from '../../engine/retry/backoff';

/** A hand-edited settings.json may hold anything: what can't be used becomes the default, what is too much the limit. */
interface NumberSetting {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
}

/** As in package.json; a test holds the two together. Durations in milliseconds. */
export const numberSettings = {
  temperature: { default: 0.7, minimum: 0, maximum: 2, integer: false },
  maxTokens: { default: 2048, minimum: 1, maximum: 1_000_000, integer: true },
  'history.limit': { default: 100, minimum: 1, maximum: 1000, integer: true },
  'retry.maxRetries': { default: 5, minimum: 0, maximum: 10, integer: true },
  'retry.baseDelayMs': { default: 1000, minimum: 100, maximum: 60_000, integer: true },
  'retry.maxDelayMs': { default: 60_000, minimum: 250, maximum: 300_000, integer: true },
  'retry.maxHintMs': { default: 300_000, minimum: 0, maximum: 3_600_000, integer: true },
} as const satisfies Record<string, NumberSetting>;

/** The first is the default. */
export const jitterChoices = ['full', 'equal', 'decorrelated', 'classic', 'none'] as const satisfies JitterKind[];
export const resumeChoices = ['auto', 'restart', 'off'] as const satisfies EngineSettings['resume'][];

/** Under the 300 s after which the runtime's own `fetch` gives up. */
export const timeoutRange = { minimum: 1000, maximum: 299_000 } as const;

export const defaultBaseUrl = 'https://api.holysheep.ai/v1';
export const defaultModel = 'claude-sonnet-4';

const nonEmptyText = v.pipe(v.string(), v.trim(), v.nonEmpty());

export const userPrompt = v.object({
  title: nonEmptyText,
  /** What is asked about the selected code. */
  template: nonEmptyText,
  model: v.optional(v.fallback(v.optional(nonEmptyText), undefined)),
});

/** A prompt of the user's own, offered for a selection. */
export type UserPrompt = Readonly<v.InferOutput<typeof userPrompt>>;

export function parseNumber(value: unknown, setting: NumberSetting): number {
  const { minimum, maximum, integer } = setting;
  const schema = v.pipe(v.number(), v.toMinValue(minimum), v.toMaxValue(maximum));
  const number = v.parse(v.fallback(schema, setting.default), value);
  return integer ? Math.round(number) : number;
}

/** null: the engine's own default for the model. */
export function parseTimeout(value: unknown): number | null {
  return v.is(v.number(), value) ? parseNumber(value, { ...timeoutRange, default: 0, integer: true }) : null;
}

export function parseChoice<const T extends string>(value: unknown, choices: readonly [T, ...T[]]): T {
  return v.parse(v.fallback(v.picklist(choices), choices[0]), value);
}

/** @returns the trimmed text, or `fallback` for one that is empty or no text. */
export function textFrom(value: unknown, fallback: string): string {
  return v.parse(v.fallback(nonEmptyText, fallback), value);
}

export function parseModels(value: unknown): readonly string[] {
  return [...new Set(validEntries(nonEmptyText, value))];
}

/** Entries that lack a title or a template are left out. */
export function parsePrompts(value: unknown): readonly UserPrompt[] {
  return validEntries(userPrompt, value).map(({ title, template, model }) => ({
    title,
    template,
    ...(model !== undefined && { model }),
  }));
}

/** Returns the entries of a list that the schema accepts. */
function validEntries<T>(schema: v.GenericSchema<unknown, T>, value: unknown): readonly T[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const result = v.safeParse(schema, entry);
    return result.success ? [result.output] : [];
  });
}
