import type { ModelFacts } from '../models/modelFacts';
import { hasPart, partsOf, textOf, type ContentPart } from '../request';
import type { OutgoingMessage } from './continuation';
import { estimateMessages } from './tokenEstimate';

/** Maximum number of marks in a request. Anthropic rejects a fifth mark. Source: platform.claude.com, "Prompt caching". */
const maxMarks = 4;

/**
 * Minimum number of tokens in a request with marks. Providers don't cache shorter prompts. Source:
 * platform.claude.com, "Prompt caching", which states 1024 tokens for most models.
 */
const minTokens = 1024;

/**
 * Returns the messages of a request with the cache marks that its model needs. If the caller has set marks, no others
 * are added. Otherwise, a long request with an earlier answer gets two marks, so that the next request finds this prompt
 * in the cache: at the end of the system message, and at the end of the newest user message.
 * @param caching `explicit` if the request may contain marks
 */
export function withCacheMarks(
  messages: readonly OutgoingMessage[],
  caching: ModelFacts['caching'],
): readonly OutgoingMessage[] {
  const mayContainMarks = caching === 'explicit';
  const hasCallerMarks = hasPart(messages, 'cacheMark');
  const ends = mayContainMarks && !hasCallerMarks ? endsToMark(messages) : [];
  let room = mayContainMarks ? maxMarks : 0;
  const newestFirst = messages.toReversed().map((message) => {
    const { role, content } = message;
    const parts: ContentPart[] = partsOf(content)
      .toReversed()
      .filter(({ type }) => type !== 'cacheMark' || room-- > 0)
      .toReversed();
    if (ends.includes(message)) parts.push({ type: 'cacheMark' });
    // The content of messages that can get a mark is always a list of parts, and never a string. Otherwise, the content
    // would become a string when its mark moves to a later message, and the provider might not find it in its cache.
    const canGetMark = mayContainMarks && (hasCallerMarks || role === 'user' || role === 'system');
    const hasParts = canGetMark ? parts.length > 0 : parts.some(({ type }) => type !== 'text');
    return { ...message, content: hasParts ? parts : textOf(parts) };
  });
  return newestFirst.toReversed();
}

function endsToMark(messages: readonly OutgoingMessage[]): readonly (OutgoingMessage | undefined)[] {
  const newest = messages.findLastIndex(({ role }) => role === 'user');
  const hasEarlierAnswer = messages.slice(0, newest).some(({ role }) => role === 'assistant');
  // The estimate does not include images. Most images have more than the minimum number of tokens.
  const isLong = hasPart(messages, 'image') || estimateMessages(messages) >= minTokens;
  if (!hasEarlierAnswer || !isLong) return [];
  return [messages.findLast(({ role }) => role === 'system'), messages[newest]];
}
