import { createEngine } from '../../../src/engine/createEngine';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import type { RunOptions } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events/events';
import { Conversations } from '../../../src/host/conversation/conversations';
import { Journal } from '../../../src/host/journal/journal';
import { systemClock } from '../../../src/host/util/systemClock';
import { defaultSettings } from '../engineRun';
import { storeIn } from '../storeIn';
import { TestBudget } from '../host/testBudget';
import { fakeSets } from '../host/fakeSets';
import { gatewaysFrom } from '../testGateways';

export interface LiveOptions {
  /** Folder that contains the journal. */
  readonly folder: string;
  readonly baseUrl: string;
  /** Called with every event and the model of its request, before all other listeners. */
  readonly onEvent?: (event: StreamEvent, model: string) => void;
}

interface Live {
  readonly conversations: Conversations;
  readonly journal: Journal;
}

/** Opens conversations as the extension host does, with the real engine, clock and disk. */
export function liveConversations({ folder, baseUrl, onEvent = () => undefined }: LiveOptions): Live {
  const fail = (error: unknown): never => {
    throw error instanceof Error ? error : new Error(JSON.stringify(error));
  };
  const gateways = gatewaysFrom({ baseUrl, apiKey: 'hsa-kill-key' });
  const engine = createEngine({
    keys: new KeyRedactor(),
    clock: systemClock,
    random: Math.random,
    fetch: (input, init) => globalThis.fetch(input, init),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    localize: (message) => message,
    formatTime: String,
    settings: () => defaultSettings,
    gateways: () => Promise.resolve(gateways),
    cooldowns: noSharedCooldowns,
    userAgent: 'kill',
  });
  const memory = new Map<string, unknown>();
  const keptIds = () => Promise.resolve(new Set<string>());
  const journal = new Journal({ folder, clock: systemClock, limit: () => 100, keptIds, onProblem: fail });
  const conversations = new Conversations({
    gatewaySets: fakeSets({
      run: (request, options) =>
        engine.run(
          request,
          observed(options, (event) => onEvent(event, request.model)),
        ),
      defaults: ({ model = 'gpt-4o' } = {}) => ({ model, systemPrompt: '', temperature: 1, maxTokens: 1000 }),
    }).gatewaySets,
    clock: systemClock,
    resumeSetting: () => 'auto',
    budget: new TestBudget(),
    journal,
    workspaceState: storeIn(memory),
    onEvent: () => undefined,
    onError: fail,
  });
  return { conversations, journal };
}

function observed(options: RunOptions, onEvent: (event: StreamEvent) => void): RunOptions {
  const onEvents = (events: readonly StreamEvent[]): void => {
    events.forEach(onEvent);
    options.onEvents(events);
  };
  return { ...options, onEvents };
}
