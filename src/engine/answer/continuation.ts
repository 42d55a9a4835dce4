import type { ResumeMethod } from '../events';
import type { ChatMessage, TextMessage } from '../request';
import { wellFormed } from '../surrogates';
import { prefillText, type JoinMethod } from './splice';

/** `prefix`: marks the message that DeepSeek is to continue. */
export type OutgoingMessage = ChatMessage | (TextMessage & { readonly prefix: true });

/** Length of the quotation from the end of the partial answer, in characters. */
export const quotedChars = 200;

/**
 * The conversation, and what asks for the rest of the partial answer.
 * @param prefill the model's, for `how: 'prefill'`
 */
export function continuationMessages(
  messages: readonly ChatMessage[],
  partial: string,
  how: JoinMethod,
  prefill: Prefill | undefined,
): readonly OutgoingMessage[] {
  if (how === 'prefill') {
    const content = prefillText(partial);
    const message = { role: 'assistant', content } as const;
    return [...messages, prefill === 'prefix' ? { ...message, prefix: true } : message];
  }
  const content = wellFormed(partial);
  const quote = endOf(content);
  const plea = isChinese(lastPrompt(messages)) ? chinese : english;
  return [...messages, { role: 'assistant', content }, { role: 'user', content: plea(quote) }];
}

// Both begin with the word that every model takes for a wish to go on.
const english = (quote: string): string =>
  'Continue your answer: it was cut off by a connection error. Its last characters are ' +
  `«${quote}». Write on from the exact next character after them. No preamble, no apology, no repetition of what is ` +
  'there, and no new code fence where one is still open.';

const chinese = (quote: string): string =>
  `请继续你的回答:它因连接错误而中断。已收到的最后一段文字是«${quote}»。` +
  '请从其后的下一个字符开始接着写。不要开场白,不要道歉,不要重复已有内容;代码块若尚未结束,不要重新开启。';

function lastPrompt(messages: readonly ChatMessage[]): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function endOf(text: string): string {
  return text.slice(-quotedChars).replace(/^[\udc00-\udfff]/, '');
}

/** A word in letters counts as much as one Han character, or the names in a technical question would decide. */
function isChinese(text: string): boolean {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return false;
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = text.match(/[^\P{L}\p{Script=Han}]+/gu)?.length ?? 0;
  return han > words;
}

/** How a model goes on with an assistant message: marked with `prefix: true`, or because it is the last one. */
export type Prefill = 'prefix' | 'assistant';

interface PrefillSupport {
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
const prefillModels: readonly PrefillSupport[] = [
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
  return prefillModels.find((row) => row.model.test(model) && (row.baseUrl?.test(baseUrl) ?? true))?.takes;
}

/** A longer partial answer, in characters, is not continued: its request would cost more than a new answer. */
export const longestJoin = 60_000;

/** A partial answer, with what decides how it can be continued. */
export interface PartialAnswer {
  readonly text: string;
  /** This or an earlier attempt streamed reasoning. */
  readonly reasoned: boolean;
  /** A part of a tool call has arrived. */
  readonly calledTools: boolean;
  /** The gateway does not take a request for the rest, in any shape. */
  readonly joinsRefused: boolean;
  /** What is known of the model, and has not been refused. */
  readonly prefill: Prefill | undefined;
}

/** `replay`: the original request again, nothing of it has been seen; else how to go on from what has been. */
export function resumeMethod({
  text,
  reasoned,
  calledTools,
  joinsRefused,
  prefill,
}: PartialAnswer): 'replay' | ResumeMethod {
  if (text === '' && !reasoned && !calledTools) return 'replay';
  // Half a tool call, like a thought, can't be continued; and no provider takes an empty message.
  if (calledTools || text.trim() === '') return 'restart';
  if (text.length > longestJoin || joinsRefused) return 'restart';
  // Thinking models refuse a prefill, or think again in the middle of it.
  return prefill === undefined || reasoned ? 'continue' : 'prefill';
}
