import type { ResumeMethod } from '../events/events';
import { textOf, type ChatMessage } from '../request';
import { lastChars } from './surrogates';
import { prefillText, type JoinMethod } from './splice';

/** A message of a request. DeepSeek continues an assistant message that has `prefix: true`. */
export type OutgoingMessage = ChatMessage & { readonly prefix?: true | undefined };

const quoteChars = 200;

/**
 * Returns the messages of a request that continues a partial answer.
 * @param prefill how the model supports a prefill; used only if `method` is `prefill`
 */
export function continuationMessages(
  messages: readonly ChatMessage[],
  partialAnswer: string,
  method: JoinMethod,
  prefill: Prefill | undefined,
): readonly OutgoingMessage[] {
  if (method === 'prefill') {
    const content = prefillText(partialAnswer);
    const message = { role: 'assistant', content } as const;
    return [...messages, prefill === 'prefix' ? { ...message, prefix: true } : message];
  }
  const content = partialAnswer.toWellFormed();
  const quote = lastChars(content, quoteChars);
  const makePrompt = isChinese(lastPrompt(messages)) ? chinesePrompt : englishPrompt;
  return [...messages, { role: 'assistant', content }, { role: 'user', content: makePrompt(quote) }];
}

// The prompts that ask a model to continue its answer. Both begin with the word "continue", because models understand
// this word most reliably.
const englishPrompt = (quote: string): string =>
  'Continue your answer: it was cut off by a connection error. Its last characters are ' +
  `«${quote}». Write on from the exact next character after them. No preamble, no apology, no repetition of what is ` +
  'there, and no new code fence where one is still open.';

const chinesePrompt = (quote: string): string =>
  `请继续你的回答：它因连接错误而中断。已收到的最后一段文字是«${quote}»。` +
  '请从其后的下一个字符开始接着写。不要开场白，不要道歉，不要重复现有内容；代码块若尚未结束，不要重新开启。';

function lastPrompt(messages: readonly ChatMessage[]): string {
  return textOf(messages.findLast(({ role }) => role === 'user')?.content ?? '');
}

/**
 * Returns whether the text is mostly Chinese. A Chinese question can contain English names, so a whole word in another
 * script has only the weight of one Chinese character.
 */
function isChinese(text: string): boolean {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return false;
  const hanCharacters = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const letterWords = text.match(/[^\P{L}\p{Script=Han}]+/gu)?.length ?? 0;
  return hanCharacters > letterWords;
}

/**
 * How a request marks its last message as a prefill (a partial answer that the model continues): with `prefix: true`,
 * or not at all.
 */
export type Prefill = 'prefix' | 'assistant';

interface PrefillSupport {
  readonly prefill: Prefill;
  readonly model: RegExp;
  /** Pattern of the base URLs at which the model supports a prefill. If absent, the base URL does not matter. */
  readonly baseUrl?: RegExp;
}

/** The models that support a prefill. */
const prefillModels: readonly PrefillSupport[] = [
  // DeepSeek supports a prefill only at its own origin, below `/beta`. Source: api-docs.deepseek.com, "Chat Prefix
  // Completion (Beta)".
  { prefill: 'prefix', model: /^deepseek-/, baseUrl: /^https:\/\/api\.deepseek\.com(:443)?\/beta\/*$/i },
  // Claude versions from 4.6 on reject a prefill with status 400. No version supports a prefill with extended thinking,
  // which gateways mark with a suffix of the model name. Sources: platform.claude.com, "Prefill Claude's response" and
  // "What's new in Claude 4.6".
  { prefill: 'assistant', model: claudePattern(String.raw`(2([.-][01])?|v2)`) },
  { prefill: 'assistant', model: claudePattern(String.raw`3([.-][57])?-(opus|sonnet|haiku)`) },
  { prefill: 'assistant', model: claudePattern(String.raw`(opus|sonnet|haiku)-4([.-][015])?`) },
];

/**
 * Returns a pattern for the names of one Claude version. A name can begin with a provider (`anthropic/`, Bedrock's
 * `us.anthropic.`) and end with a date or revision.
 */
function claudePattern(version: string): RegExp {
  const prefix = String.raw`^([\w.~-]+\/)*(([a-z]+\.)?anthropic\.)?claude-`;
  const suffix = String.raw`([-@](\d{8}|latest))?(-v\d+)?(@\d{8})?(:\d+|:beta)?$`;
  return new RegExp(prefix + version + suffix, 'i');
}

export function prefillOf(baseUrl: string, model: string): Prefill | undefined {
  return prefillModels.find((row) => row.model.test(model) && (row.baseUrl?.test(baseUrl) ?? true))?.prefill;
}

/**
 * Maximum length of a partial answer that is continued, in characters. For a longer partial answer, a completely new
 * answer costs less.
 */
const maxContinuedChars = 60_000;

export interface PartialAnswer {
  readonly text: string;
  readonly hadReasoning: boolean;
  readonly hadToolCalls: boolean;
  readonly continuationsRejected: boolean;
  /**
   * How the model supports a prefill. Undefined if the model does not support a prefill, or if the gateway has already
   * rejected one.
   */
  readonly prefill: Prefill | undefined;
}

/**
 * Returns the method with which a partial answer is resumed. If only reasoning has arrived, returns `original`, which
 * means that the original request is sent again, because reasoning alone can't be continued.
 */
export function resumeMethod({
  text,
  hadReasoning,
  hadToolCalls,
  continuationsRejected,
  prefill,
}: PartialAnswer): 'original' | ResumeMethod {
  if (text === '' && !hadToolCalls) return 'original';
  // An answer with a tool call can't be continued, because the call might be incomplete. A blank text can't be
  // continued either, because every provider rejects an empty message.
  if (hadToolCalls || text.trim() === '') return 'restart';
  if (text.length > maxContinuedChars || continuationsRejected) return 'restart';
  // After reasoning, a prefill is not used: reasoning models reject it, or reason a second time in the middle of the
  // answer.
  return prefill === undefined || hadReasoning ? 'continue' : 'prefill';
}
