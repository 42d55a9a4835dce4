import { brokenAnswer, completeAnswer, demoAnswer } from './answers/demoAnswer';
import { readDemoPrompt } from './answers/demoPrompt';
import type { Topic } from './answers/demoTexts';
import { LoopbackGateway } from './loopbackGateway';
import { failure, outOfCredit, overloaded, rateLimited } from './replies';
import type { Script, Step } from './script';

/** A model of the offline demo. Each model stands for one scenario. */
export interface DemoModel {
  readonly id: string;
  readonly title: string;
  /** The prompt that the demo suggests for this model. */
  readonly prompt: string;
  /** Text of the tour: what will happen and what to watch. The models that have this text are the steps of the tour. */
  readonly description?: string;
  /** Whether the demo has a backup gateway for this model. */
  readonly hasBackupGateway?: true;
}

interface Scenario extends DemoModel {
  /** Topic of the answer if the prompt names no topic. */
  readonly topic: Topic;
  /**
   * Returns the steps of the reply that makes an attempt fail, or undefined if the attempt succeeds.
   * @param attempt number of the attempt, from 1. A request for a continuation has the number Infinity, so that only
   * permanent faults affect it.
   */
  readonly fault: (attempt: number, answer: string) => Iterable<Step> | undefined;
  /** Whether reasoning comes before the answer. */
  readonly hasReasoning?: true;
}

/** Time until a connection of the primary gateway is reset, in milliseconds, so that the timeline shows the attempts. */
const failureDelayMs = 400;

const steadyScenario: Scenario = {
  id: 'demo-steady',
  title: 'A normal answer',
  prompt: 'How should a client retry a failed request?',
  topic: 'overview',
  fault: () => undefined,
};

const scenarios: readonly Scenario[] = [
  steadyScenario,
  {
    id: 'demo-rate-limit',
    title: 'Rate limited, with Retry-After',
    prompt: 'What should a client do when it is rate limited?',
    description:
      'The gateway rejects the first request and asks the client to wait 5 s. Watch the countdown and the source of the delay. Then the answer arrives automatically.',
    topic: 'retryAfter',
    fault: (attempt) => (attempt === 1 ? rateLimited(5) : undefined),
  },
  {
    id: 'demo-overload',
    title: 'Overloaded, with a fallback model',
    prompt: 'When does exponential backoff help, and how long should each wait be?',
    description:
      'The model is overloaded and gives no retry time. Watch two waits, the second one longer, and then the note about the model that answers instead.',
    topic: 'backoff',
    fault: (attempt) => (attempt <= 3 ? overloaded(attempt === 2 ? 529 : 503) : undefined),
  },
  {
    id: 'demo-stall',
    title: 'Stream stalls mid-answer',
    prompt: 'How does a client notice that a stream has stalled?',
    description:
      'The stream stalls mid-answer. After 6 s without data, the attempt is abandoned. The partial answer stays, and the rest is appended.',
    topic: 'resume',
    fault: (attempt, answer) => (attempt === 1 ? brokenAnswer(answer, 'stall') : undefined),
  },
  {
    id: 'demo-cut',
    title: 'Connection drops mid-answer',
    prompt: 'How can an answer be resumed after the connection drops?',
    description:
      'The connection drops mid-answer. The rest is requested and joined automatically, without a gap or repetition. The timeline shows where.',
    topic: 'resume',
    fault: (attempt, answer) => (attempt === 1 ? brokenAnswer(answer, 'reset') : undefined),
  },
  {
    id: 'demo-no-credit',
    title: 'Out of credit',
    prompt: 'Why is there no point in retrying with an empty balance?',
    description:
      "The balance is empty, so retrying wouldn't help. You see one attempt, no wait, and a card with next steps. Choose “Switch model” to get an answer from another demo model.",
    topic: 'overview',
    fault: () => outOfCredit(),
  },
  {
    id: 'demo-gateway-down',
    title: 'Primary gateway down',
    prompt: 'When should a client switch to a backup gateway?',
    description:
      'The primary gateway is down: both connections to it are reset. The backup gateway answers immediately. Watch the note about the gateway, and the switch in the timeline.',
    hasBackupGateway: true,
    topic: 'failover',
    // The gateways share the script. The client sends its third request to the backup gateway.
    fault: (attempt) => (attempt <= 2 ? resetAfter(failureDelayMs) : undefined),
  },
  {
    id: 'demo-reasoning',
    title: 'Reasoning before the answer',
    prompt: 'Why do clients add jitter to their retry delays?',
    topic: 'jitter',
    hasReasoning: true,
    fault: () => undefined,
  },
];

/** The models of the offline demo. */
export const demoModels: readonly DemoModel[] = scenarios;

/**
 * Returns the script of the demo's gateway. For each new prompt, the first attempts fail as the scenario of the model
 * requires.
 */
export function demoScript(): Script {
  // Number of failed attempts for each prompt. The entry of a prompt is removed when an attempt succeeds.
  const attempts = new Map<string, number>();
  return (body) => {
    if (!body) {
      return failure(400, { message: 'The body is no chat completion request.', type: 'invalid_request_error' });
    }
    const { topic, fault, hasReasoning } = scenarios.find(({ id }) => id === body.model) ?? steadyScenario;
    const prompt = readDemoPrompt(body);
    const { key } = prompt;
    const answer = demoAnswer(prompt, topic);
    const attempt = answer.isContinuation ? Infinity : (attempts.get(key) ?? 0) + 1;
    const failingReply = fault(attempt, answer.text);
    if (!failingReply) {
      attempts.delete(key);
      return completeAnswer(prompt, answer, hasReasoning);
    }
    if (!answer.isContinuation) attempts.set(key, attempt);
    return failingReply;
  };
}

/**
 * Starts a gateway of the offline demo on a free port of the loopback address.
 * @param script a backup gateway has the script of the primary one, so that it continues the scenarios: it answers the
 * attempt after those that failed there
 */
export async function startDemo(script = demoScript()): Promise<LoopbackGateway> {
  const gateway = new LoopbackGateway(
    script,
    demoModels.map(({ id }) => id),
  );
  await gateway.listen();
  return gateway;
}

/** Resets the connection before any byte of the response. */
function* resetAfter(waitMs: number): Iterable<Step> {
  yield { waitMs };
  yield { end: 'reset' };
}
