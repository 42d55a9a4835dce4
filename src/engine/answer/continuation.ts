import type { ChatMessage, TextMessage } from '../request';
import type { Prefill } from './prefill';
import { wellFormed } from '../surrogates';
import { sentPartial, type JoinMethod } from './splice';

/** `prefix`: DeepSeek's sign that the message is to be gone on with. */
export type OutgoingMessage = ChatMessage | (TextMessage & { readonly prefix: true });

/** So much of the partial's end is quoted, in characters. */
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
    const content = sentPartial(partial);
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
