import assert from 'node:assert/strict';
import type { EngineSettings } from '../../../src/engine/environment';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { EffortChoice } from '../../../src/engine/request';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { Conversations } from '../../../src/host/conversation/conversations';
import type { ConversationChange } from '../../../src/host/conversation/conversationRecord';
import type { PromptInput } from '../../../src/host/journal/exchange';
import { foldJournal, type StoredConversation } from '../../../src/host/journal/journalFold';
import { encodeJournal, salvageJournal } from '../../../src/host/journal/journalLines';
import { journalSchema, type JournalLine } from '../../../src/host/journal/journalSchema';
import { VirtualClock } from '../../support/virtualClock';
import { ScriptedEngine } from './scriptedEngine';
import { TestBudget } from './testBudget';

interface Options {
  readonly stored?: StoredConversation;
  readonly resume?: EngineSettings['resume'];
  readonly systemPrompt?: string;
  readonly onEvent?: () => void;
  readonly onError?: (error: unknown) => void;
}

/** Opens a conversation whose engine sends no requests. */
export function openConversation(options: Options = {}) {
  const { stored = foldJournal([]), resume = 'auto', systemPrompt = '' } = options;
  const engine = new ScriptedEngine();
  /** Whether each turn was run by the engine of the demo. */
  const ranInDemo: boolean[] = [];
  const clock = new VirtualClock();
  const budget = new TestBudget();
  const lines: JournalLine[] = [];
  const changes: ConversationChange[] = [];
  const settings = { model: 'default', efforts: {} as Readonly<Record<string, EffortChoice>> };
  const conversation = new Conversation(
    'c',
    stored,
    { append: (line) => lines.push(line) },
    {
      engine: (demo) => ({
        run: (request, runOptions) => {
          ranInDemo.push(demo);
          return engine.run(request, runOptions);
        },
      }),
      clock,
      defaults: (_demo, { model = settings.model, reasoningEffort = settings.efforts[model] ?? 'default' } = {}) => {
        const effort = reasoningEffort === 'default' ? {} : { reasoningEffort };
        return { model: settings.model, systemPrompt, temperature: 0.5, maxTokens: 9, ...effort };
      },
      resumeSetting: () => resume,
      budget,
      onEvent: options.onEvent ?? (() => undefined),
      onError: options.onError ?? ((error) => assert.fail(String(error))),
    },
  );
  conversation.onDidChange((change) => changes.push(change));
  /** Returns the texts of the messages of the last request. */
  const sentTexts = (): readonly unknown[] => engine.turn.request.messages.map(({ content }) => content);
  const phases = (): readonly string[] =>
    conversation.views().map(({ prompt, state, queued }) => `${prompt}: ${queued ? 'queued' : state.phase}`);
  /** Sends a prompt whose turn emits these events. @returns the id of the exchange */
  const ask = (input: string | PromptInput, ...events: readonly StreamEvent[]): string => {
    const { id } = conversation.ask(typeof input === 'string' ? { prompt: input } : input);
    if (events.length > 0) engine.turn.emit(...events);
    return id;
  };
  const emit = (...events: readonly StreamEvent[]): void => {
    engine.turn.emit(...events);
    conversation.flush();
  };
  /** Registers a listener as `Conversations.onDidChange` does. */
  const onDidChange: Conversations['onDidChange'] = (listener) =>
    conversation.onDidChangeState((change) => listener({ conversation, change }));
  return {
    ranInDemo,
    emit,
    onDidChange,
    budget,
    engine,
    clock,
    lines,
    changes,
    settings,
    conversation,
    sentTexts,
    phases,
    ask,
  };
}

/** Returns the content of a conversation as a window would read it from disk. */
export function reopened(lines: readonly JournalLine[]): StoredConversation {
  const header = { type: 'conversation', schema: journalSchema, id: 'c', createdAt: 0 } as const;
  const { damage, ...salvaged } = salvageJournal(encodeJournal(header, lines));
  assert.equal(damage, undefined);
  return foldJournal(salvaged.lines);
}
