import englishText from './answers.en.md?text';
import chineseText from './answers.zh-cn.md?text';

/** The topics that the offline demo has an answer for. */
export const topics = [
  'overview',
  'backoff',
  'jitter',
  'retryAfter',
  'idempotency',
  'resume',
  'breaker',
  'failover',
] as const;

export type Topic = (typeof topics)[number];

/**
 * The answers of the offline demo in one language. `notice` precedes the answer when the prompt contains code or names
 * no topic of the demo; `reasoning` is streamed before an answer.
 */
export type DemoTexts = Readonly<Record<Topic | 'notice' | 'reasoning', string>>;

export const english = parseTexts(englishText);
export const chinese = parseTexts(chineseText);

/** Splits a Markdown file at the comments that name its parts. */
function parseTexts(file: string): DemoTexts {
  const [, ...parts] = file.split(/^<!-- (\w+) -->$/m).map((part) => part.trim());
  const named = parts.flatMap((name, index) => (index % 2 === 0 ? [[name, parts[index + 1]]] : []));
  return Object.fromEntries(named) as DemoTexts;
}
