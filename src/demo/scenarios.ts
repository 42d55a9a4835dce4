import { faultOf, type ComposedFault } from './composedFaults';
import { readConversation } from './conversation';
import { failure, outOfCredit, overloaded, rateLimited } from './replies';
import type { Script, Step } from './script';
import { begin, speechFor, whole, type FaultPlay, type Speaker } from './spoken';

export interface DemoModel {
  readonly id: string;
  readonly title: string;
  /** Worth asking this model. */
  readonly prompt: string;
  /** What will happen and what to watch; those that have it are the steps of the guided tour, in their order. */
  readonly watch?: string;
}

interface Scenario extends Speaker {
  /** What goes wrong with the n-th attempt at an answer; undefined: nothing. */
  readonly fault: (play: FaultPlay) => Iterable<Step> | undefined;
  /** Also requests for the rest of an answer count as attempts at it. */
  readonly countsRests?: true;
}

const steady: DemoModel & Scenario = {
  id: 'demo-steady',
  title: 'A steady answer',
  prompt: 'How should a client retry a failed request?',
  topic: 'overview',
  fault: () => undefined,
};

/** The one that answers in place of a model that stays overloaded. */
export const fallbackModel = steady.id;

const scenarios: readonly (DemoModel & Scenario)[] = [
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
    fault: ({ attempt, begin }) => (attempt === 1 ? thenEnds(begin(), 'stall') : undefined),
  },
  {
    id: 'demo-cut',
    title: 'The connection breaks in mid-answer',
    prompt: 'How can an answer be resumed after the connection was cut?',
    watch:
      'The connection breaks in the middle of the answer. Watch how little you see of it: the rest is asked for and joined without a gap or a repetition, and the timeline under the answer shows where.',
    topic: 'resume',
    fault: ({ attempt, begin }) => (attempt === 1 ? thenEnds(begin(), 'reset') : undefined),
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
    thinks: true,
    fault: () => undefined,
  },
];

export const demoModels: readonly DemoModel[] = scenarios.map(({ id, title, prompt, watch }) => ({
  id,
  title,
  prompt,
  ...(watch !== undefined && { watch }),
}));

/** What people have composed, by the name of the model that meets it; may grow at any time. */
export type Compositions = ReadonlyMap<string, { readonly faults: readonly ComposedFault[] }>;

/** The gateway of the offline demo: each new prompt meets the faults of its model once. */
export function demoScript(compositions: Compositions = new Map()): Script {
  /** Attempts that met a fault, by conversation; forgotten when the answer goes out. */
  const attempts = new Map<string, number>();
  const scenarioOf = (model: string): Scenario => {
    const composed = compositions.get(model);
    if (!composed) return scenarios.find(({ id }) => id === model) ?? steady;
    return { topic: 'overview', countsRests: true, fault: (play) => faultOf(composed.faults, play) };
  };
  return ({ json: body }) => {
    if (!body)
      return failure(400, { message: 'The body is no chat completion request.', type: 'invalid_request_error' });
    const scenario = scenarioOf(body.model);
    const conversation = readConversation(body);
    const { key } = conversation;
    const speech = speechFor(conversation, scenario);
    const counts = !speech.isRest || scenario.countsRests === true;
    const attempt = counts ? (attempts.get(key) ?? 0) + 1 : Infinity;
    const answer = function* (): Iterable<Step> {
      for (const step of whole(conversation, scenario, speech)) {
        if ('done' in step) attempts.delete(key);
        yield step;
      }
    };
    const fault = scenario.fault({ attempt, begin: () => begin(conversation, speech), whole: answer });
    if (!fault) {
      attempts.delete(key);
      return answer();
    }
    if (counts) attempts.set(key, attempt);
    return fault;
  };
}

function* thenEnds(steps: Iterable<Step>, how: 'stall' | 'reset'): Iterable<Step> {
  yield* steps;
  yield { end: how };
}
