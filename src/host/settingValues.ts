import type { JitterKind } from '../core/backoff';
import { isRecord } from '../core/json';
import type { EngineSettings } from '../core/settings';

/** A hand-edited settings.json may hold anything: what can't be used becomes the default, what is too much the limit. */
export interface NumberSetting {
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

/** A prompt of the user's own, offered for a selection. */
export interface UserPrompt {
  readonly title: string;
  /** What is asked about the selected code. */
  readonly template: string;
  readonly model?: string | undefined;
}

export function numberFrom(value: unknown, setting: NumberSetting): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return setting.default;
  const inRange = Math.min(setting.maximum, Math.max(setting.minimum, value));
  return setting.integer ? Math.round(inRange) : inRange;
}

/** null: the engine's own default for the model. */
export function timeoutFrom(value: unknown): number | null {
  if (typeof value !== 'number') return null;
  return Number.isNaN(value) ? null : numberFrom(value, { ...timeoutRange, default: 0, integer: true });
}

export function choiceFrom<const T extends string>(value: unknown, choices: readonly [T, ...T[]]): T {
  return choices.find((choice) => choice === value) ?? choices[0];
}

/** @returns the trimmed text, or `fallback` for one that is empty or no text. */
export function textFrom(value: unknown, fallback: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? fallback : text;
}

export function modelsFrom(value: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return [...new Set(entries.map((entry) => textFrom(entry, '')).filter((id) => id !== ''))];
}

/** Entries that lack a title or a template are left out. */
export function promptsFrom(value: unknown): readonly UserPrompt[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const title = textFrom(entry.title, '');
    const template = textFrom(entry.template, '');
    const model = textFrom(entry.model, '');
    if (title === '' || template === '') return [];
    return [model === '' ? { title, template } : { title, template, model }];
  });
}
