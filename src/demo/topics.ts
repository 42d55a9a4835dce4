import { english } from './answers.en';
import { chinese } from './answers.zh';
import type { Texts, Topic } from './texts';

/** The first that matches decides: the special before the general. */
const keywords: readonly (readonly [Topic, RegExp])[] = [
  ['retryAfter', /retry-after|rate.?limit|\b429\b|限流|限速/i],
  ['idempotency', /idempoten|\btwice\b|duplicate|幂等|重复/i],
  ['breaker', /breaker|overload|outage|\b(503|529)\b|熔断|过载/i],
  ['jitter', /jitter|thundering|抖动|惊群/i],
  ['backoff', /back.?off|exponential|退避|指数/i],
  ['resume', /resum|stall|\bcut\b|\bstream|interrupt|续传|中断|断开|卡住|流式/i],
  ['overview', /retr(y|ies)|重试/i],
];

/**
 * The answer to a prompt, in its language; `otherwise` is the topic when the prompt names none. Words inside a code
 * block name no topic: who sends code wants to hear about the code, and is told that the demo can't read it.
 */
export function answerTo(prompt: string, otherwise: Topic): string {
  const { answers, notice } = textsFor(prompt);
  const words = prompt.replace(/^(`{3,}|~{3,})[^]*?(^\1|$(?![^]))/gm, '');
  const named = keywords.find(([, pattern]) => pattern.test(words))?.[0];
  return named && words === prompt ? answers[named] : `${notice}\n\n${answers[named ?? otherwise]}`;
}

export function reasoningFor(prompt: string): string {
  return textsFor(prompt).reasoning;
}

/** Every text that an answer may be, so that one begun by another model can be continued. */
export function allAnswers(): readonly string[] {
  return [english, chinese].flatMap(({ answers, notice }) =>
    Object.values(answers).flatMap((text) => [text, `${notice}\n\n${text}`]),
  );
}

function textsFor(prompt: string): Texts {
  return /\p{Script=Han}/u.test(prompt) ? chinese : english;
}
