import type { Engine, ResumeFrom, RunOptions, TurnHandle } from '../../engine/engine';
import type { ChatRequest, Connection, TextMessage } from '../../engine/request';
import type { RequestDefaults } from '../connection/connections';
import type { Exchange } from '../journal/exchange';

/** The user's gateway, or the gateway of the demo, which has its own engine and models. */
export interface Gateways {
  readonly engine: (demo: boolean) => Pick<Engine, 'run'>;
  readonly defaults: (demo: boolean) => RequestDefaults;
  /** Returns the connection for the next attempt. Called before every attempt. */
  readonly connection: (demo: boolean) => Promise<Connection>;
}

export interface TurnStart {
  /** Absent when the prompt is sent for the first time. */
  readonly mode?: ResumeFrom['mode'] | undefined;
  /** Whether the answer gets more tokens, because the last one reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  /** Base URL or origin of the route that the first attempt avoids. */
  readonly avoidRoute?: string | undefined;
  /** Called right after the start, for example to skip the cooldown of the gateway. */
  readonly onStart?: ((turn: TurnHandle) => void) | undefined;
}

export function startTurn(
  gateways: Gateways,
  exchange: Exchange,
  previous: readonly Exchange[],
  { mode, moreRoom, avoidRoute, onStart }: TurnStart,
  onEvents: RunOptions['onEvents'],
): TurnHandle {
  const demo = exchange.demo === true;
  const request = buildRequest(previous, exchange, gateways.defaults(demo));
  const turn = gateways.engine(demo).run(
    { ...request, ...(moreRoom && { moreRoom }) },
    {
      resumeFrom: mode && partialAnswer(exchange, mode),
      avoidRoute,
      connection: () => gateways.connection(demo),
      onEvents,
    },
  );
  onStart?.(turn);
  return turn;
}

/**
 * Builds the request for an exchange.
 * @param previous the preceding exchanges. Exchanges without an answer are left out; partial answers are included.
 */
export function buildRequest(
  previous: readonly Exchange[],
  exchange: Exchange,
  { model, systemPrompt, ...parameters }: RequestDefaults,
): ChatRequest {
  const messages: TextMessage[] = [];
  if (systemPrompt.trim()) messages.push({ role: 'system', content: systemPrompt });
  for (const past of previous) {
    // Answers of the demo must not become context of requests to the user's gateway, and vice versa.
    if (!past.state.text || (past.demo === true) !== (exchange.demo === true)) continue;
    messages.push(promptMessage(past), { role: 'assistant', content: past.state.text });
  }
  messages.push(promptMessage(exchange));
  return { model: exchange.model ?? model, messages, ...parameters };
}

function promptMessage({ content, prompt }: Exchange): TextMessage {
  return { role: 'user', content: content ?? prompt };
}

/** Returns the partial answer from which a turn resumes, or `undefined` when the answer has no text yet. */
function partialAnswer({ state }: Exchange, mode: ResumeFrom['mode']): ResumeFrom | undefined {
  const { text, reasoning, toolCalls } = state;
  if (text === '') return undefined;
  return { text, hadReasoning: reasoning !== '', hadToolCalls: toolCalls.length > 0, mode };
}
