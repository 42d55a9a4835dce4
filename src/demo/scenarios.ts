import type { Topic } from './answers/answers.en';
import { demoAnswer, firstPart, completeAnswer } from './answers/demoAnswer';
import { readDemoPrompt } from './answers/demoPrompt';
import { startGateway, type Gateway } from './gateway';
import { failure, outOfCredit, overloaded, rateLimited } from './replies';
import type { Script, Step } from './script';

export interface DemoModel {
  readonly id: string;
  readonly title: string;
  /** The prompt that the demo suggests for this model. */
  readonly prompt: string;
  /** What will happen and what to watch. The models that have it are the steps of the guided tour, in their order. */
  readonly watch?: string;
}

interface Scenario extends DemoModel {
  /** What the model talks about when the prompt names no topic. */
  readonly topic: Topic;
  /** Returns what goes wrong with an attempt at an answer; undefined: nothing. */
  readonly fault: (attempt: DemoAttempt) => Iterable<Step> | undefined;
  /** Whether reasoning comes before the answer. */
  readonly hasReasoning?: true;
}

interface DemoAttempt {
  /** From 1. Infinity: the request asks for the rest of an answer. */
  readonly attempt: number;
  /** Streams the answer up to about its middle. */
  readonly firstPart: () => Iterable<Step>;
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
    watch:
      'The server refuses the first request and asks for 5 s. Watch the countdown: it says where its time comes from, and then the answer comes by itself.',
    topic: 'retryAfter',
    fault: ({ attempt }) => (attempt === 1 ? rateLimited(5) : undefined),
  },
  {
    id: 'demo-overload',
    title: 'Overloaded, with another model to fall back on',
    prompt: 'When does exponential backoff help, and how long should each wait be?',
    watch:
      'The model is overloaded and names no time to come back. Watch two waits, the second one longer, and then a line that says which other model answers.',
    topic: 'backoff',
    fault: ({ attempt }) => (attempt <= 3 ? overloaded(attempt === 2 ? 529 : 503) : undefined),
  },
  {
    id: 'demo-stall',
    title: 'The stream stalls in mid-answer',
    prompt: 'How does a client notice that a stream has stalled?',
    watch:
      'The stream falls silent in the middle of the answer. Watch: after 6 s of silence it is given up, what is there stays, and the rest is joined to it.',
    topic: 'resume',
    fault: ({ attempt, firstPart }) => (attempt === 1 ? endWith(firstPart(), 'stall') : undefined),
  },
  {
    id: 'demo-cut',
    title: 'The connection breaks in mid-answer',
    prompt: 'How can an answer be resumed after the connection was cut?',
    watch:
      'The connection breaks in the middle of the answer. Watch how little you see of it: the rest is asked for and joined without a gap or a repetition, and the timeline under the answer shows where.',
    topic: 'resume',
    fault: ({ attempt, firstPart }) => (attempt === 1 ? endWith(firstPart(), 'reset') : undefined),
  },
  {
    id: 'demo-no-credit',
    title: 'Out of credit',
    prompt: 'Why is an empty balance not worth a retry?',
    watch:
      'The balance is empty, and no retry would mend that. Watch: one attempt, no wait, and a card that says what to do. Switch model lets another model of the demo answer.',
    topic: 'overview',
    fault: () => outOfCredit(),
  },
  {
    id: 'demo-reasoning',
    title: 'Reasoning before the answer',
    prompt: 'Why do clients add jitter to their waits?',
    topic: 'jitter',
    hasReasoning: true,
    fault: () => undefined,
  },
];

export const demoModels: readonly DemoModel[] = scenarios.map(({ id, title, prompt, watch }) => ({
  id,
  title,
  prompt,
  ...(watch !== undefined && { watch }),
}));

/** Returns the script of the demo's gateway: each new prompt meets the faults of its model once. */
export function demoScript(): Script {
  // Attempts that met a fault, by the key of their prompt, until the answer is complete.
  const attempts = new Map<string, number>();
  return ({ json: body }) => {
    if (!body) {
      return failure(400, { message: 'The body is no chat completion request.', type: 'invalid_request_error' });
    }
    const { topic, fault, hasReasoning: reasons } = scenarios.find(({ id }) => id === body.model) ?? steady;
    const prompt = readDemoPrompt(body);
    const { key } = prompt;
    const answer = demoAnswer(prompt, topic);
    const attempt = answer.isContinuation ? Infinity : (attempts.get(key) ?? 0) + 1;
    const failed = fault({ attempt, firstPart: () => firstPart(prompt, answer) });
    if (!failed) {
      attempts.delete(key);
      return completeAnswer(prompt, answer, reasons);
    }
    if (!answer.isContinuation) attempts.set(key, attempt);
    return failed;
  };
}

/** Starts the gateway of the offline demo on a free port of the loopback address. It keeps no request. */
export function startDemo(): Promise<Gateway> {
  return startGateway({ script: demoScript(), models: demoModels.map(({ id }) => id), keepsRequests: false });
}

function* endWith(steps: Iterable<Step>, how: 'stall' | 'reset'): Iterable<Step> {
  yield* steps;
  yield { end: how };
}
