import assert from 'node:assert/strict';
import type { EngineSettings } from '../../../src/engine/environment';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { EffortChoice } from '../../../src/engine/request';
import type { Answer, GatewaySetId } from '../../../src/shared/exchanges';
import type { GatewaySet, GatewaySets } from '../../../src/host/connection/gatewaySet';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { Conversations } from '../../../src/host/conversation/conversations';
import type { ConversationChange } from '../../../src/host/conversation/conversationLog';
import { foldJournal, type StoredConversation } from '../../../src/host/journal/exchangeTree';
import type { ImageStore } from '../../../src/host/journal/imageStore';
import { encodeJournal, salvageJournal } from '../../../src/host/journal/journalLines';
import { journalSchema, type JournalRecord, type PromptInput } from '../../../src/host/journal/records';
import { noImages } from './noImages';
import { VirtualClock } from '../virtualClock';
import { fakeSets } from './fakeSets';
import { ScriptedEngine } from './scriptedEngine';
import { TestBudget } from './testBudget';

interface Options {
  readonly demo?: boolean;
  readonly gatewaySets?: GatewaySets;
  readonly stored?: StoredConversation;
  readonly resume?: EngineSettings['resume'];
  readonly systemPrompt?: string;
  readonly images?: ImageStore;
  readonly onEvent?: () => void;
  readonly onError?: (error: unknown) => void;
}

/** Opens a conversation whose engine sends no requests. */
export function openConversation(options: Options = {}) {
  const { stored = foldJournal([]), resume = 'auto', systemPrompt = '' } = options;
  const engine = new ScriptedEngine();
  /** The sets of gateways that ran the turns. */
  const ranIn: GatewaySetId[] = [];
  const clock = new VirtualClock();
  const budget = new TestBudget();
  const lines: JournalRecord[] = [];
  const changes: ConversationChange[] = [];
  const settings = { model: 'default', efforts: {} as Readonly<Record<string, EffortChoice>> };
  const set = (id: GatewaySetId): Pick<GatewaySet, 'run' | 'defaults'> => ({
    run: (request, runOptions) => {
      ranIn.push(id);
      return engine.run(request, runOptions);
    },
    defaults: ({ model = settings.model, reasoningEffort = settings.efforts[model] ?? 'default' } = {}) => {
      const effort = reasoningEffort === 'default' ? {} : { reasoningEffort };
      return { model, systemPrompt, temperature: 0.5, maxTokens: 9, ...effort };
    },
  });
  const fakes = fakeSets(set('own'), set('demo'));
  const { gatewaySets = fakes.gatewaySets } = options;
  const conversation = new Conversation(
    'c',
    stored.tree,
    { append: (line) => lines.push(line) },
    {
      gatewaySets,
      clock,
      images: options.images ?? noImages,
      resumeSetting: () => resume,
      budget,
      onEvent: options.onEvent ?? (() => undefined),
      onError: options.onError ?? ((error) => assert.fail(String(error))),
    },
  );
  if (options.demo) conversation.useSet(gatewaySets.demo);
  conversation.log.onDidChange((change) => changes.push(change));
  /** Returns the texts of the messages of the last request. */
  const sentTexts = (): readonly unknown[] => engine.turn.request.messages.map(({ content }) => content);
  const phases = (): readonly string[] =>
    shownAnswers(conversation).map(({ prompt, state, isQueued }) => `${prompt}: ${isQueued ? 'queued' : state.phase}`);
  /** Sends a prompt whose turn emits these events. @returns the id of the answer */
  const ask = (input: string | PromptInput, ...events: readonly StreamEvent[]): string => {
    const { models, ...prompt } = typeof input === 'string' ? { prompt: input } : input;
    const [id = ''] = conversation.ask(prompt, models);
    if (events.length > 0) engine.turn.emit(...events);
    return id;
  };
  /** Edits the prompt of an answer. @returns the id of the new answer */
  const edit = (answerId: string, prompt: string): string => {
    const [id = ''] = conversation.edit(conversation.tree.exchangeOf(answerId)?.id ?? '', { prompt });
    return id;
  };
  const emit = (...events: readonly StreamEvent[]): void => {
    engine.turn.emit(...events);
    conversation.flush();
  };
  /** Registers a listener as `Conversations.onDidChange` does. */
  const onDidChange: Conversations['onDidChange'] = (listener) =>
    conversation.log.onDidChangeState((change) => listener({ conversation, change }));
  return {
    ranIn,
    gatewaySets,
    demo: fakes.demo,
    emit,
    edit,
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

interface ShownAnswer extends Answer {
  readonly prompt: string;
  readonly versions: readonly string[];
  readonly isCompared: boolean;
  readonly isFollowed: boolean;
}

/** Returns what the page shows, one row for each answer. */
export function shownAnswers({ tree }: Pick<Conversation, 'tree'>): readonly ShownAnswer[] {
  return tree.page().flatMap((item): readonly ShownAnswer[] => {
    if ('turns' in item)
      return [{ ...item.answer, prompt: 'summary', versions: [], isCompared: false, isFollowed: false }];
    if ('isDeleted' in item) return [];
    const { prompt, versions, answers, followed } = item;
    const isCompared = answers.length > 1;
    return answers.map((answer) => ({ ...answer, prompt, versions, isCompared, isFollowed: followed === answer.id }));
  });
}

/** Does what the command *Retry Now* does. */
export function retryNow(conversation: Conversation): void {
  for (const { id } of conversation.answersToRetry) conversation.retryNow(id);
}

/** Returns the content of a conversation as a window would read it from disk. */
export function reopened(lines: readonly JournalRecord[]): StoredConversation {
  const header = { type: 'conversation', schema: journalSchema, id: 'c', createdAt: 0 } as const;
  const { damage, ...salvaged } = salvageJournal(encodeJournal(header, lines));
  assert.equal(damage, undefined);
  return foldJournal(salvaged.records);
}
