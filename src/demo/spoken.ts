import type { Conversation } from './conversation';
import { likeRecorded } from './pacing';
import type { Step } from './script';
import type { Topic } from './texts';
import { allAnswers, answerTo, reasoningFor } from './topics';

/** What a model has to say to a conversation, and how. */
export interface Speaker {
  /** What it talks about when the prompt names no topic. */
  readonly topic: Topic;
  readonly thinks?: true;
}

/** What is still to be said: the answer, or what is missing of it. */
export interface Speech {
  readonly text: string;
  /** It goes on with a broken answer. */
  readonly isRest: boolean;
}

/** What a model does in place of an answer, or before it. */
export interface FaultPlay {
  /** From 1. */
  readonly attempt: number;
  /** The answer up to its middle. */
  readonly begin: () => Iterable<Step>;
  readonly whole: () => Iterable<Step>;
}

export function speechFor(conversation: Conversation, { topic }: Speaker): Speech {
  const rest = restOf(conversation, topic);
  return rest === undefined
    ? { text: answerTo(conversation.prompt, topic), isRest: false }
    : { text: rest, isRest: true };
}

/** The first part, up to the middle. */
export function* begin(conversation: Conversation, { text }: Speech): Iterable<Step> {
  const characters = Array.from(text);
  const half = characters.slice(0, Math.floor(characters.length * 0.45)).join('');
  yield* likeRecorded(half, 'delta', seedOf(conversation));
}

export function* whole(conversation: Conversation, speaker: Speaker, { text, isRest }: Speech): Iterable<Step> {
  const { prompt } = conversation;
  const seed = seedOf(conversation);
  if (speaker.thinks && !isRest) yield* likeRecorded(reasoningFor(prompt), 'reasoning', seed);
  yield* likeRecorded(text, 'delta', seed);
  const promptTokens = Math.ceil(prompt.length / 4);
  const completionTokens = Math.ceil(text.length / 4);
  const total = promptTokens + completionTokens;
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: total };
  yield { finish: 'stop', usage };
  yield { done: true };
}

/** What a model says when it is asked for the rest: many repeat their last words first. */
function restOf({ partial, prompt, asked }: Conversation, topic: Topic): string | undefined {
  if (!partial) return undefined;
  const answers = [answerTo(prompt, topic), ...allAnswers()];
  const text = answers.find((answer) => answer.startsWith(partial) && answer.length > partial.length);
  return text?.slice(asked ? startOfRepetition(partial) : partial.length);
}

/** Long enough to be recognised as a repetition, which takes a letter or digit; whole characters. */
function startOfRepetition(partial: string): number {
  const repeated = Array.from(partial).slice(-24).join('');
  return /[\p{L}\p{N}]/u.test(repeated) ? partial.length - repeated.length : partial.length;
}

function seedOf({ key }: Conversation): number {
  return parseInt(key.slice(0, 8), 16);
}
