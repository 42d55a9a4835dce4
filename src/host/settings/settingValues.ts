import * as v from 'valibot';
import type { EngineSettings } from '../../engine/engine';
import type { JitterKind } from '../../engine/retry/backoff';

/**
 * Default and limits of a number in settings.json. An invalid value is replaced by the default, and a value beyond a
 * limit by the limit.
 */
interface NumberSetting {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
}

/** Default and limits of each number setting. Durations are in milliseconds. A test compares them with package.json. */
export const numberSettings = {
  temperature: { default: 0.7, minimum: 0, maximum: 2, integer: false },
  maxTokens: { default: 2048, minimum: 1, maximum: 1_000_000, integer: true },
  'history.limit': { default: 100, minimum: 1, maximum: 1000, integer: true },
  'retry.maxRetries': { default: 5, minimum: 0, maximum: 10, integer: true },
  'retry.baseDelayMs': { default: 1000, minimum: 100, maximum: 60_000, integer: true },
  'retry.maxDelayMs': { default: 60_000, minimum: 250, maximum: 300_000, integer: true },
  'retry.maxHintMs': { default: 300_000, minimum: 0, maximum: 3_600_000, integer: true },
} as const satisfies Record<string, NumberSetting>;

/** Values of `holysheep.retry.jitter`. The first is the default. */
export const jitterChoices = ['full', 'equal', 'decorrelated', 'classic', 'none'] as const satisfies JitterKind[];
/** Values of `holysheep.resume`. The first is the default. */
export const resumeChoices = ['auto', 'restart', 'off'] as const satisfies EngineSettings['resume'][];
/** Values of `holysheep.continueWithFallback`. The first is the default. */
export const continueWithFallbackChoices = [
  'ask',
  'auto',
  'off',
] as const satisfies EngineSettings['continueWithFallback'][];

/** Limits for timeouts, in milliseconds. The maximum is below the 300 s after which Node.js's `fetch` times out. */
export const timeoutRange = { minimum: 1000, maximum: 299_000 } as const;

export const defaultBaseUrl = 'https://api.holysheep.ai/v1';
export const defaultModel = 'claude-sonnet-4';

const nonEmptyText = v.pipe(v.string(), v.trim(), v.nonEmpty());

/** Schema of an entry of `holysheep.prompts`. */
export const userPrompt = v.object({
  title: nonEmptyText,
  /** Text of the prompt about the selected code. It may contain variables. */
  template: nonEmptyText,
  model: v.optional(v.fallback(v.optional(nonEmptyText), undefined)),
});

/** A prompt in the settings that the user can run on selected code. */
export type UserPrompt = Readonly<v.InferOutput<typeof userPrompt>>;

/** Returns the number, clamped to the range of its setting, or the default if the value is not a number. */
export function parseNumber(value: unknown, setting: NumberSetting): number {
  const { minimum, maximum, integer } = setting;
  const schema = v.pipe(v.number(), v.toMinValue(minimum), v.toMaxValue(maximum));
  const number = v.parse(v.fallback(schema, setting.default), value);
  return integer ? Math.round(number) : number;
}

/** Returns a timeout in milliseconds, or null to use the engine's default for the model. */
export function parseTimeout(value: unknown): number | null {
  return v.is(v.number(), value) ? parseNumber(value, { ...timeoutRange, default: 0, integer: true }) : null;
}

/** Returns the value if it is one of the choices, or else the first choice. */
export function parseChoice<const T extends string>(value: unknown, choices: readonly [T, ...T[]]): T {
  return v.parse(v.fallback(v.picklist(choices), choices[0]), value);
}

/** Returns the trimmed text, or `fallback` if the value is empty or not a string. */
export function parseText(value: unknown, fallback: string): string {
  return v.parse(v.fallback(nonEmptyText, fallback), value);
}

/** Returns the texts in a list, trimmed and without duplicates. */
export function parseStrings(value: unknown): readonly string[] {
  return [...new Set(validEntries(nonEmptyText, value))];
}

/** Returns the valid prompts in a list. Entries without a title or a template are omitted. */
export function parsePrompts(value: unknown): readonly UserPrompt[] {
  return validEntries(userPrompt, value).map(({ title, template, model }) => ({
    title,
    template,
    ...(model !== undefined && { model }),
  }));
}

/** Returns those entries of a list that match the schema. */
function validEntries<T>(schema: v.GenericSchema<unknown, T>, value: unknown): readonly T[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const result = v.safeParse(schema, entry);
    return result.success ? [result.output] : [];
  });
}
