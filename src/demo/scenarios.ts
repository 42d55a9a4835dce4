import { readConversation, type Conversation } from './conversation';
import { likeRecorded } from './pacing';
import { failure, rateLimited } from './replies';
import type { Script, Step } from './script';
import type { Topic } from './texts';
import { allAnswers, answerTo, reasoningFor } from './topics';

export interface DemoModel {
  readonly id: string;
  readonly title: string;
  /** Worth asking this model. */
  readonly prompt: string;
}

interface Scenario extends DemoModel {
  /** What it talks about when the prompt names no topic. */
  readonly topic: Topic;
  readonly thinks?: true;
  /** What goes wrong with the n-th attempt at an answer, from 1; undefined: nothing. */
  readonly fault: (attempt: number, begin: () => Iterable<Step>) => Iterable<Step> | undefined;
}

const steady: Scenario = {
  id: 'demo-steady',
  title: 'A steady answer',
  prompt: 'How should a client retry a failed request?',
  topic: 'overview',
  fault: () => undefined,
};

const scenarios: readonly Scenario[] = [
  steady,
  {
    id: 'demo-rate-limit',
    title: 'Rate limited, with a hint',
    prompt: 'What should a client do when it is rate limited?',
    topic: 'retryAfter',
    fault: (attempt) => (attempt === 1 ? rateLimited(5) : undefined),
  },
  {
    id: 'demo-overload',
    title: 'Overloaded three times, no hint',
    prompt: 'When does exponential backoff help, and how long should each wait be?',
    topic: 'backoff',
    fault: (attempt) => (attempt <= 3 ? overloaded(attempt) : undefined),
  },
  {
    id: 'demo-stall',
    title: 'The stream stalls in mid-answer',
    prompt: 'How does a client notice that a stream has stalled?',
    topic: 'resume',
    fault: (attempt, begin) => (attempt === 1 ? thenEnds(begin(), 'stall') : undefined),
  },
  {
    id: 'demo-cut',
    title: 'The connection breaks in mid-answer',
    prompt: 'How can an answer be resumed after the connection was cut?',
    topic: 'resume',
    fault: (attempt, begin) => (attempt === 1 ? thenEnds(begin(), 'reset') : undefined),
  },
  {
    id: 'demo-no-credit',
    title: 'Out of credit',
    prompt: 'Why is an empty balance not worth a retry?',
    topic: 'overview',
    fault: () => outOfCredit(),
  },
  {
    id: 'demo-reasoning',
    title: 'Reasoning before the answer',
    prompt: 'Why do clients add jitter to their waits?',
    topic: 'jitter',
    thinks: true,
    fault: () => undefined,
  },
];

export const demoModels: readonly DemoModel[] = scenarios.map(({ id, title, prompt }) => ({ id, title, prompt }));

/** The gateway of the offline demo: each new prompt meets the fault of its model once. */
export function demoScript(): Script {
  /** Attempts that met a fault, by conversation; forgotten when the answer goes out. */
  const attempts = new Map<string, number>();
  return ({ json: body }) => {
    if (!body)
      return failure(400, { message: 'The body is no chat completion request.', type: 'invalid_request_error' });
    const scenario = scenarios.find(({ id }) => id === body.model) ?? steady;
    const conversation = readConversation(body);
    const rest = restOf(conversation, scenario);
    const attempt = rest === undefined ? (attempts.get(conversation.key) ?? 0) + 1 : Infinity;
    const fault = scenario.fault(attempt, () => begin(conversation, scenario));
    if (fault) {
      if (rest === undefined) attempts.set(conversation.key, attempt);
      return fault;
    }
    attempts.delete(conversation.key);
    return rest === undefined ? whole(conversation, scenario) : spoken(conversation, rest);
  };
}

/** The first part, up to the middle of the answer. */
function* begin(conversation: Conversation, scenario: Scenario): Iterable<Step> {
  const characters = Array.from(answerTo(conversation.prompt, scenario.topic));
  const text = characters.slice(0, Math.floor(characters.length * 0.45)).join('');
  yield* likeRecorded(text, 'delta', seedOf(conversation));
}

function* thenEnds(steps: Iterable<Step>, how: 'stall' | 'reset'): Iterable<Step> {
  yield* steps;
  yield { end: how };
}

function* whole(conversation: Conversation, scenario: Scenario): Iterable<Step> {
  const { prompt } = conversation;
  if (scenario.thinks) yield* likeRecorded(reasoningFor(prompt), 'reasoning', seedOf(conversation));
  yield* spoken(conversation, answerTo(prompt, scenario.topic));
}

function* spoken(conversation: Conversation, text: string): Iterable<Step> {
  yield* likeRecorded(text, 'delta', seedOf(conversation));
  const promptTokens = Math.ceil(conversation.prompt.length / 4);
  const completionTokens = Math.ceil(text.length / 4);
  const total = promptTokens + completionTokens;
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: total };
  yield { finish: 'stop', usage };
  yield { done: true };
}

/** What a model says when it is asked for the rest: many repeat their last words first. */
function restOf(conversation: Conversation, scenario: Scenario): string | undefined {
  const { partial, prompt, asked } = conversation;
  if (!partial) return undefined;
  const answers = [answerTo(prompt, scenario.topic), ...allAnswers()];
  const text = answers.find((answer) => answer.startsWith(partial) && answer.length > partial.length);
  return text?.slice(asked ? startOfRepetition(partial) : partial.length);
}

/** Long enough to be recognised as a repetition, which takes a letter or digit; whole characters. */
function startOfRepetition(partial: string): number {
  const repeated = Array.from(partial).slice(-24).join('');
  return /[\p{L}\p{N}]/u.test(repeated) ? partial.length - repeated.length : partial.length;
}

function overloaded(attempt: number): Iterable<Step> {
  return attempt === 2
    ? failure(529, { message: 'Overloaded', type: 'overloaded_error' })
    : failure(503, { message: 'The model is temporarily overloaded.', type: 'server_error', code: 'overloaded' });
}

function outOfCredit(): Iterable<Step> {
  const message = 'Insufficient balance: ¥0.00 left. Top up to go on.';
  return failure(402, { message, type: 'insufficient_quota', code: 'insufficient_balance' });
}

function seedOf({ key }: Conversation): number {
  return parseInt(key.slice(0, 8), 16);
}
