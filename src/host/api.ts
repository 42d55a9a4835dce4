import type { Engine } from '../engine/engine';
import type { GatewayRef, StreamEvent } from '../engine/events/events';
import type { EffortChoice, TextMessage } from '../engine/request';
import { parseApiArguments } from './args';
import type { RequestChoice, RequestDefaults } from './connection/gatewaySet';
import type { BudgetDecisions } from './health/budget';
import { systemClock } from './util/systemClock';

/** Options of {@link HolySheepApi.ask}. A missing option gets its value from the user's settings. */
export interface AskOptions {
  readonly model?: string | undefined;
  /** Earlier messages of the conversation. They are sent before the prompt. */
  readonly messages?: readonly TextMessage[] | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** `default` sends nothing about the reasoning. */
  readonly reasoningEffort?: EffortChoice | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `activate()` returns to other extensions. */
export interface HolySheepApi {
  readonly version: 1;
  /**
   * Runs a turn with the user's settings and API key, without the panel. The events end with exactly one `done`,
   * `stopped` or `failed`. Leaving the loop over the events stops the turn. The options are copied: later changes to
   * them have no effect.
   * @throws TypeError immediately, if the prompt is empty or an option is unknown, has a wrong type or is out of range
   */
  ask(prompt: string, options?: AskOptions): AsyncIterable<ApiEvent>;
}

/** A flat event, in which the origin of a gateway takes its place. */
export type ApiEvent = ReturnType<typeof toApiEvent>;

function toApiEvent(event: StreamEvent) {
  const originOf = ({ id }: GatewayRef): string => new URL(id).origin;
  switch (event.type) {
    case 'attempt': {
      const { gateway, ...rest } = event;
      return { ...rest, origin: originOf(gateway) };
    }
    case 'gateway':
      return { ...event, from: originOf(event.from), to: originOf(event.to) };
    case 'failed':
      return { ...event, nextGateway: undefined };
    default:
      return event;
  }
}

/** Runs a turn. The prompt and the options have been validated. */
export type Ask = (prompt: string, options: AskOptions) => Promise<AsyncIterable<StreamEvent>>;

/**
 * Creates the API that other extensions use.
 * @param load loads the function that runs a turn. Each call of `ask` calls `load` at once, before the events are read.
 */
export function createApi(load: () => Promise<Ask>): HolySheepApi {
  return Object.freeze({
    version: 1,
    ask(prompt: string, options: AskOptions = {}): AsyncIterable<ApiEvent> {
      const copy = parseApiArguments(prompt, options);
      const iterator = load()
        .then((ask) => ask(copy.prompt, copy.options))
        .then((stream) => stream[Symbol.asyncIterator]());
      // Handles a rejection without doing anything, because `next` rejects with the same error. Without this, Node.js
      // would report an unhandled rejection if the caller reads the events late or never.
      iterator.catch(() => undefined);
      // This is not an async generator, because the turn must stop at once when the caller's loop ends early. An async
      // generator would stop the turn only after the next event.
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            const result = await (await iterator).next();
            return result.done ? result : { done: false, value: toApiEvent(result.value) };
          },
          return: async () => {
            await (await iterator).return?.();
            return { done: true, value: undefined };
          },
        }),
      };
    },
  });
}

/** Creates the function that runs turns of other extensions. `defaults` returns the values for missing options. */
export function createAsk(
  engine: Engine,
  budget: BudgetDecisions,
  defaults: (choice: RequestChoice) => RequestDefaults,
): Ask {
  return async (prompt, options) => {
    if (!(await budget.mayOthersStart())) {
      return streamOf({ ...budget.refusal(), attempt: 0, at: systemClock.monotonicNow() });
    }
    const { systemPrompt, ...parameters } = defaults(options);
    const system: TextMessage[] = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt }] : [];
    const request = {
      messages: [...system, ...(options.messages ?? []), { role: 'user', content: prompt } as const],
      ...parameters,
      temperature: options.temperature ?? parameters.temperature,
      maxTokens: options.maxTokens ?? parameters.maxTokens,
    };
    return engine.stream(request, { signal: options.signal });
  };
}

async function* streamOf(event: StreamEvent): AsyncGenerator<StreamEvent> {
  yield await Promise.resolve(event);
}
