import { brokenAnswer, completeAnswer, demoAnswer } from './answers/demoAnswer';
import { readDemoPrompt } from './answers/demoPrompt';
import type { Topic } from './answers/demoTexts';
import { LoopbackGateway } from './loopbackGateway';
import { failure, outOfCredit, overloaded, rateLimited } from './replies';
import type { Script, Step } from './script';

/** A model of the offline demo. Each model represents one scenario, such as a rate limit. */
export interface DemoModel {
  readonly id: string;
  readonly title: string;
  /** Prompt that the demo suggests for this model. */
  readonly prompt: string;
  /**
   * Text of the tour that explains what will happen and what to watch. Each model with this text is one step of the
   * tour.
   */
  readonly description?: string;
  /** Whether the demo has a backup gateway when this model is used. */
  readonly hasBackupGateway?: true;
}

interface Scenario extends DemoModel {
  /** Topic of the answer if the prompt names no topic. */
  readonly topic: Topic;
  /**
   * Returns the steps of the reply that makes an attempt fail, or undefined if the attempt succeeds.
   * @param attempt the number of the attempt, from 1. It is Infinity for a continuation, so that only permanent faults
   * occur
   */
  readonly fault: (attempt: number, answer: string) => Iterable<Step> | undefined;
  /** Whether reasoning is streamed before the answer. */
  readonly hasReasoning?: true;
}

/**
 * Time after which the primary gateway resets a connection, in milliseconds. Without this delay, the attempts would be
 * too short to be seen in the timeline.
 */
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
    title: 'Overloaded model with a fallback',
    prompt: 'When does exponential backoff help, and how long should each wait be?',
    description:
      "The model is overloaded, and the gateway doesn't say when to retry. You'll see two waits, the second longer than the first, and then a note that another model answered instead.",
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
      'The connection drops mid-answer. The rest is requested and appended automatically, with nothing missing or repeated. The timeline shows where the answer was resumed.',
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
    // Both gateways use this script. The first two requests go to the primary gateway and fail. The third request goes
    // to the backup gateway, which answers.
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

export const demoModels: readonly DemoModel[] = scenarios;

/**
 * Returns the script of the demo's gateways. For each new prompt, the scenario of the model determines how many
 * attempts fail and with which fault.
 */
export function demoScript(): Script {
  // Number of failed attempts for each prompt, until an attempt succeeds.
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
 * @param script the script of the replies. The primary and the backup gateway share one script, so that the script
 * counts the attempts at both gateways
 */
export async function startDemo(script = demoScript()): Promise<LoopbackGateway> {
  const gateway = new LoopbackGateway(
    script,
    demoModels.map(({ id }) => id),
  );
  await gateway.listen();
  return gateway;
}

/** Resets the connection after a while, before any byte of the response is sent. */
function* resetAfter(waitMs: number): Iterable<Step> {
  yield { waitMs };
  yield { end: 'reset' };
}
