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
 * are added. Otherwise, a request with an earlier answer gets two marks, so that the next request finds this prompt in
 * the cache: at the end of the system message, and at the end of the newest user message.
 * @param caching `explicit` if the request may contain marks
 */
export function withCacheMarks(
  messages: readonly OutgoingMessage[],
  caching: ModelFacts['caching'],
): readonly OutgoingMessage[] {
  const isMarked = caching === 'explicit';
  const ends = isMarked && !hasPart(messages, 'cacheMark') ? endsToMark(messages) : [];
  let room = isMarked ? maxMarks : 0;
  const newestFirst = messages.toReversed().map((message) => {
    const { role, content } = message;
    const parts: ContentPart[] = partsOf(content)
      .toReversed()
      .filter(({ type }) => type !== 'cacheMark' || room-- > 0)
      .toReversed();
    if (ends.includes(message)) parts.push({ type: 'cacheMark' });
    // The content of user and system messages is always a list of parts, and never a string. Otherwise, the content
    // would become a string when its mark moves to a later message, and the provider might not find it in its cache.
    const hasParts = isMarked && (role === 'user' || role === 'system');
    return { ...message, content: hasParts || parts.some(({ type }) => type !== 'text') ? parts : textOf(parts) };
  });
  return newestFirst.toReversed();
}

function endsToMark(messages: readonly OutgoingMessage[]): readonly (OutgoingMessage | undefined)[] {
  const newest = messages.findLastIndex(({ role }) => role === 'user');
  const hasEarlierAnswer = messages.slice(0, newest).some(({ role }) => role === 'assistant');
  if (!hasEarlierAnswer || estimateMessages(messages) < minTokens) return [];
  return [messages.findLast(({ role }) => role === 'system'), messages[newest]];
}
