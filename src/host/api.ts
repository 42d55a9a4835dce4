import type { Engine } from '../engine/engine';
import type { GatewayRef, StreamEvent } from '../engine/events/events';
import type { ChatMessage, EffortChoice, TextMessage, TextPart } from '../engine/request';
import { parseApiArguments } from './args';
import type { RequestChoice, RequestDefaults } from './connection/gatewaySet';
import type { BudgetDecisions } from './health/budget';

/** Options of {@link HolySheepApi.ask}. An omitted option gets its value from the user's settings. */
export interface AskOptions {
  readonly model?: string | undefined;
  /** Earlier messages of the conversation. They precede the prompt in the request. */
  readonly messages?: readonly TextMessage[] | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /**
   * How much the model reasons before it answers. With `default`, the request has no field for the reasoning effort.
   */
  readonly reasoningEffort?: EffortChoice | undefined;
  /**
   * Images that belong to the prompt: at most 20 PNG, JPEG, WebP or GIF images. Each has at most 4.5 million characters
   * as Base64, and all together have at most 24 million.
   */
  readonly images?: readonly { readonly mimeType: string; readonly data: Uint8Array }[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The API that `activate()` returns to other extensions. */
export interface HolySheepApi {
  readonly version: 1;
  /**
   * Produces an answer (a turn) with the user's settings and API key, without the panel. The last event is always
   * `done`, `stopped` or `failed`. If the caller leaves the loop over the events early, the turn stops. The options are
   * copied, so later changes to the object have no effect.
   * @throws TypeError immediately, if the prompt is empty or an option is invalid
   */
  ask(prompt: string, options?: AskOptions): AsyncIterable<ApiEvent>;
}

/**
 * An event of the API. It equals the engine's event, but contains the origin of the gateway's base URL instead of a
 * gateway object.
 */
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

/**
 * Function that produces an answer for another extension. Its caller must have validated the prompt and the options.
 */
export type Ask = (
  prompt: string,
  options: ReturnType<typeof parseApiArguments>['options'],
) => Promise<AsyncIterable<StreamEvent>>;

/**
 * Creates the API that other extensions use.
 * @param load loads the function that produces an answer. It is called by each call of `ask`, before the caller reads
 * any events.
 */
export function createApi(load: () => Promise<Ask>): HolySheepApi {
  return Object.freeze({
    version: 1,
    ask(prompt: string, options: AskOptions = {}): AsyncIterable<ApiEvent> {
      const copy = parseApiArguments(prompt, options);
      const iterator = load()
        .then((ask) => ask(copy.prompt, copy.options))
        .then((stream) => stream[Symbol.asyncIterator]());
      // If loading fails before the caller reads the first event, Node.js would report an unhandled rejection. An empty
      // handler prevents this report. The caller still gets the error from `next`.
      iterator.catch(() => undefined);
      // The iterator is written by hand, because the turn must stop at once when the caller leaves the loop early. With
      // an async generator, the turn would stop only after the next event.
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

/**
 * Creates the function that produces answers for other extensions.
 * @param defaults returns the values of omitted options
 */
export function createAsk(
  engine: Engine,
  budget: BudgetDecisions,
  defaults: (choice: RequestChoice) => RequestDefaults,
): Ask {
  return async (prompt, options) => {
    if (!(await budget.mayOthersStart())) {
      return streamOf({ ...budget.refusal(), attempt: 0, at: performance.now() });
    }
    const { systemPrompt, ...parameters } = defaults(options);
    const system: TextMessage[] = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt }] : [];
    const { images = [] } = options;
    const text: TextPart = { type: 'text', text: prompt };
    const message: ChatMessage =
      images.length === 0 ? { role: 'user', content: prompt } : { role: 'user', content: [...images, text] };
    const request = {
      messages: [...system, ...(options.messages ?? []), message],
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
