import { createEngine } from '../../../src/engine/createEngine';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import type { RunningTurn } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import { Conversations } from '../../../src/host/conversation/conversations';
import { Journal } from '../../../src/host/journal/journal';
import { systemClock } from '../../../src/host/util/systemClock';
import { defaultSettings } from '../engineRun';
import { storeIn } from '../storeIn';

export interface LiveOptions {
  /** Folder that contains the journal. */
  readonly folder: string;
  readonly baseUrl: string;
  /** Called with every event, before all other listeners. */
  readonly onEvent?: (event: StreamEvent) => void;
}

export interface Live {
  readonly conversations: Conversations;
  readonly journal: Journal;
}

/** Opens conversations as the extension host does, with the real engine, clock and disk. */
export function liveConversations({ folder, baseUrl, onEvent = () => undefined }: LiveOptions): Live {
  const fail = (error: unknown): never => {
    throw error instanceof Error ? error : new Error(JSON.stringify(error));
  };
  const connection = { baseUrl, apiKey: 'hsa-kill-key' };
  const engine = createEngine({
    clock: systemClock,
    random: Math.random,
    fetch: (input, init) => globalThis.fetch(input, init),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    localize: (message) => message,
    formatTime: String,
    settings: () => defaultSettings,
    connection: () => Promise.resolve(connection),
    cooldowns: noSharedCooldowns,
    userAgent: 'kill',
  });
  const memory = new Map<string, unknown>();
  const journal = new Journal({ folder, clock: systemClock, limit: () => 100, onProblem: fail });
  const conversations = new Conversations({
    engine: () => ({ ...engine, stream: (...asked) => observed(engine.stream(...asked), onEvent) }),
    clock: systemClock,
    defaults: () => ({ model: 'gpt-4o', systemPrompt: '', temperature: 1, maxTokens: 1000 }),
    connection: () => Promise.resolve(connection),
    resumeSetting: () => 'auto',
    journal,
    workspaceState: storeIn(memory),
    localize: (message) => message,
    onEvent: () => undefined,
    onError: fail,
  });
  return { conversations, journal };
}

function observed(turn: RunningTurn, onEvent: (event: StreamEvent) => void): RunningTurn {
  return {
    stop: () => turn.stop(),
    retryNow: () => turn.retryNow(),
    tryAnyway: () => turn.tryAnyway(),
    switchModel: (model) => turn.switchModel(model),
    continueWith: (model, reason) => turn.continueWith(model, reason),
    switchRoute: () => turn.switchRoute(),
    async *[Symbol.asyncIterator]() {
      for await (const event of turn) {
        onEvent(event);
        yield event;
      }
    },
  };
}
