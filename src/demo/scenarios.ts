import type { Topic } from './answers/answers.en';
import { demoAnswer, firstPart, wholeAnswer } from './answers/demoAnswer';
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
  readonly reasons?: true;
}

interface DemoAttempt {
  /** From 1. Infinity: the request asks for the rest of an answer. */
  readonly attempt: number;
  /** Streams the answer up to about its middle. */
  readonly firstPart: () => Iterable<Step>;
}

const steady: Scenario = {
  id: 'demo-steady',
  title: 'A normal answer',
  prompt: 'How should a client retry a failed request?',
  topic: 'overview',
  fault: () => undefined,
};

const scenarios: readonly Scenario[] = [
  steady,
  {
    id: 'demo-rate-limit',
    title: 'Rate limited, with Retry-After',
    prompt: 'What should a client do when it is rate limited?',
    watch:
      'The gateway rejects the first request and asks for a wait of 5 s. Watch the countdown and the source of its delay; then the answer arrives automatically.',
    topic: 'retryAfter',
    fault: ({ attempt }) => (attempt === 1 ? rateLimited(5) : undefined),
  },
  {
    id: 'demo-overload',
    title: 'Overloaded, with a fallback model',
    prompt: 'When does exponential backoff help, and how long should each wait be?',
    watch:
      'The model is overloaded and gives no retry time. Watch two waits, the second one longer, and then a note that another model answers instead.',
    topic: 'backoff',
    fault: ({ attempt }) => (attempt <= 3 ? overloaded(attempt === 2 ? 529 : 503) : undefined),
  },
  {
    id: 'demo-stall',
    title: 'Stream stalls mid-answer',
    prompt: 'How does a client notice that a stream has stalled?',
    watch:
      'The stream stalls mid-answer. Watch: after 6 s without data the attempt is abandoned, the partial answer stays, and the rest is appended.',
    topic: 'resume',
    fault: ({ attempt, firstPart }) => (attempt === 1 ? thenEnds(firstPart(), 'stall') : undefined),
  },
  {
    id: 'demo-cut',
    title: 'Connection drops mid-answer',
    prompt: 'How can an answer be resumed after the connection drops?',
    watch:
      'The connection drops mid-answer. Notice how little you see of it: the rest is requested and joined without a gap or repetition; the timeline shows where.',
    topic: 'resume',
    fault: ({ attempt, firstPart }) => (attempt === 1 ? thenEnds(firstPart(), 'reset') : undefined),
  },
  {
    id: 'demo-no-credit',
    title: 'Out of credit',
    prompt: 'Why is an empty balance not worth a retry?',
    watch:
      'The balance is empty, so retrying would not help. Watch: one attempt, no wait, and a card with next steps. Switch model gets an answer from another demo model.',
    topic: 'overview',
    fault: () => outOfCredit(),
  },
  {
    id: 'demo-reasoning',
    title: 'Reasoning before the answer',
    prompt: 'Why do clients add jitter to their waits?',
    topic: 'jitter',
    reasons: true,
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
    const { topic, fault, reasons } = scenarios.find(({ id }) => id === body.model) ?? steady;
    const prompt = readDemoPrompt(body);
    const { key } = prompt;
    const answer = demoAnswer(prompt, topic);
    const attempt = answer.isRest ? Infinity : (attempts.get(key) ?? 0) + 1;
    const failed = fault({ attempt, firstPart: () => firstPart(prompt, answer) });
    if (!failed) {
      attempts.delete(key);
      return wholeAnswer(prompt, answer, reasons);
    }
    if (!answer.isRest) attempts.set(key, attempt);
    return failed;
  };
}

/** Starts the gateway of the offline demo on a free port of the loopback address. It keeps no request. */
export function startDemo(): Promise<Gateway> {
  return startGateway({ script: demoScript(), models: demoModels.map(({ id }) => id), keepsRequests: false });
}

function* thenEnds(steps: Iterable<Step>, how: 'stall' | 'reset'): Iterable<Step> {
  yield* steps;
  yield { end: how };
}
