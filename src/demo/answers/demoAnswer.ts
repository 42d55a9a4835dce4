import { chunk, endOfStream } from '../replies';
import type { Step } from '../script';
import type { DemoPrompt } from './demoPrompt';
import { chinese, english, keywords, topics, type DemoTexts, type Topic } from './demoTexts';

/** The text that the demo streams as the reply: a whole answer, or the continuation of a partial answer. */
interface DemoAnswer {
  readonly text: string;
  /** Whether the text continues a partial answer. */
  readonly isContinuation: boolean;
}

/**
 * Returns the demo's answer to a prompt, or the continuation of a partial answer. If a message asks the
 * model to continue, the continuation first repeats the last words of the partial answer, as many models do.
 * @param defaultTopic the topic of the answer if the prompt names no topic
 */
export function demoAnswer(
  { partialAnswer, text: prompt, asksToContinue }: DemoPrompt,
  defaultTopic: Topic,
): DemoAnswer {
  const answer = answerTo(prompt, defaultTopic);
  const isBegun = (text: string): boolean => text.startsWith(partialAnswer) && text.length > partialAnswer.length;
  const fullAnswer = partialAnswer && [answer, ...allAnswers()].find(isBegun);
  if (!fullAnswer) return { text: answer, isContinuation: false };
  const start = asksToContinue ? startOfRepetition(partialAnswer) : partialAnswer.length;
  return { text: fullAnswer.slice(start), isContinuation: true };
}

/** Streams the answer up to about its middle. Then the stream stalls or the connection is reset. */
export function* brokenAnswer(text: string, end: 'stall' | 'reset'): Iterable<Step> {
  const characters = Array.from(text);
  const half = characters.slice(0, Math.floor(characters.length * 0.45)).join('');
  yield* streamLikeRecorded(half, 'content');
  yield { end };
}

/** Streams the complete answer, its finish reason and its usage. */
export function* completeAnswer(
  prompt: DemoPrompt,
  { text, isContinuation }: DemoAnswer,
  reasons = false,
): Iterable<Step> {
  if (reasons && !isContinuation) yield* streamLikeRecorded(textsFor(prompt.text).reasoning, 'reasoning_content');
  yield* streamLikeRecorded(text, 'content');
  yield chunk({}, 'stop');
  yield* endOfStream(Math.ceil(prompt.text.length / 4), Math.ceil(text.length / 4));
}

/**
 * Returns the offset in the partial answer at which the continuation begins. The continuation repeats the last words of
 * the partial answer. Punctuation alone is not repeated, because clients could not recognize the repetition.
 */
function startOfRepetition(partialAnswer: string): number {
  const repeated = Array.from(partialAnswer).slice(-24).join('');
  return /[\p{L}\p{N}]/u.test(repeated) ? partialAnswer.length - repeated.length : partialAnswer.length;
}

/**
 * Returns the demo's answer to a prompt, in the language of the prompt. Keywords outside of code blocks determine the
 * topic. If the prompt contains a code block or names no topic, the answer begins with a notice that no model reads the
 * prompt.
 */
export function answerTo(prompt: string, defaultTopic: Topic): string {
  const texts = textsFor(prompt);
  const withoutCode = prompt.replace(/^(`{3,}|~{3,})[^]*?(^\1|$(?![^]))/gm, '');
  const namedTopic = topics.find((topic) => keywords[topic].test(withoutCode));
  return namedTopic && withoutCode === prompt
    ? texts[namedTopic]
    : `${texts.notice}\n\n${texts[namedTopic ?? defaultTopic]}`;
}

/**
 * Returns all answers of the demo. A partial answer is compared with all of them, because another model could have
 * begun it.
 */
function allAnswers(): readonly string[] {
  return [english, chinese].flatMap((texts) =>
    topics.flatMap((topic) => [texts[topic], `${texts.notice}\n\n${texts[topic]}`]),
  );
}

function textsFor(prompt: string): DemoTexts {
  return /\p{Script=Han}/u.test(prompt) ? chinese : english;
}

/** Matches about one token: a short word, two ideographs or punctuation, with the whitespace before it. */
const tokenPattern = /\s*(?:\p{Script=Han}{1,2}|[\p{L}\p{N}]{1,7}|[^\s\p{L}\p{N}]{1,3})|\s+/gu;

/** Minimum and maximum time between two deltas, in milliseconds, as measured in recorded streams. */
const minDelayMs = 8;
const maxDelayMs = 40;

/** Streams a text as deltas with the irregular timing of a provider's stream. */
export function* streamLikeRecorded(text: string, field: 'content' | 'reasoning_content'): Iterable<Step> {
  for (const [token] of text.matchAll(tokenPattern)) {
    yield chunk({ role: 'assistant', [field]: token });
    yield { waitMs: Math.round(minDelayMs + Math.random() * (maxDelayMs - minDelayMs)) };
  }
}
