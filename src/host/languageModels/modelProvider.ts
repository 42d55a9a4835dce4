import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { knownModels } from '../../core/modelList';
import type { Engine } from '../../core/engine';
import { originOf } from '../../core/origin';
import type { StreamEvent } from '../../core/events';
import type { ActiveConnection, Connections } from '../connections';
import { loadedOnce } from '../loadedOnce';
import { localize } from '../localize';
import type { Log } from '../log';
import type { ModelCatalog } from '../modelCatalog';
import type { Settings } from '../settings';
import { defaultBaseUrl } from '../settingValues';
import { ChatAnswer, type ChatSink } from './chatAnswer';
import { chatError } from './chatError';
import { chatOptions } from './chatOptions';
import { plainMessage } from './fromVSCode';
import { hostFeatures } from './hostFeatures';
import { canChat, limitsOf } from './modelInfo';
import { requestMessages } from './requestMessages';
import { messageTokens } from './messageTokens';

export interface ModelProviderDeps {
  readonly engine: Engine;
  readonly connections: Connections;
  readonly catalog: ModelCatalog;
  readonly settings: Settings;
  readonly log: Log;
  /** For the log. */
  readonly onEvent: (turnId: string, event: StreamEvent) => void;
  /** VS Code is to ask for the models again. */
  readonly modelsChanged: () => void;
  readonly adoptKey: (origin: string, key: string) => Promise<void>;
}

/** As newer hosts have it; they tell for which of the user's groups of models they ask, and who asks. */
interface InformationOptions extends vscode.PrepareLanguageModelChatModelOptions {
  readonly configuration?: Readonly<Record<string, unknown>>;
}

type ResponseOptions = vscode.ProvideLanguageModelChatResponseOptions & { readonly requestInitiator?: unknown };

const usageType = 'usage';

/** For a list of models; other extensions wait for it before they can ask anything. */
const patienceMs = 3000;

/**
 * The gateway's models for VS Code's own chat and every other extension, on the panel's engine. Always the user's own
 * connection, never the offline demo. What belongs to a request lives in its call.
 */
export class ModelProvider implements vscode.LanguageModelChatProvider {
  private readonly tokens = loadedOnce(async () => {
    const { loadTokenCounter } = await import('./tokenCounter');
    return loadTokenCounter({ onFailure: (error) => this.deps.log.error(error) });
  });

  constructor(private readonly deps: ModelProviderDeps) {}

  /**
   * Asked once without a configuration, and once with that of each group the user has made. The models are those of the
   * first, so that nobody sees them twice; a group's key is taken in like one that was entered here.
   */
  async provideLanguageModelChatInformation(
    options: vscode.PrepareLanguageModelChatModelOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    const { silent, configuration }: InformationOptions = options;
    const connection = await this.connection(silent);
    if (!connection) return [];
    if (configuration !== undefined) {
      const key = configuration['apiKey'];
      if (typeof key === 'string' && key !== '') await this.deps.adoptKey(connection.origin, key);
      return [];
    }
    if (connection.apiKey === undefined || token.isCancellationRequested) return [];
    const listed = await this.listed(connection);
    const own = this.deps.settings.model();
    const models = [own, ...listed.filter((id) => id !== own && canChat(id))];
    return models.map((id) => information(id, connection));
  }

  async provideLanguageModelChatResponse(
    { id, maxOutputTokens }: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: ResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { engine, connections, settings, onEvent } = this.deps;
    const { modelOptions, tools, toolMode, requestInitiator } = options;
    const toolRequired = toolMode === vscode.LanguageModelChatToolMode.Required;
    const defaults = {
      temperature: settings.temperature(),
      maxTokens: Math.max(settings.maxTokens(), maxOutputTokens),
    };
    const request = {
      model: id,
      messages: requestMessages(messages.map(plainMessage)),
      ...chatOptions({ modelOptions, tools, toolRequired }, defaults),
    };
    if (token.isCancellationRequested) return;
    const turnId = randomUUID();
    const turn = engine.stream(request, { connection: () => connections.own() });
    const cancellation = token.onCancellationRequested(() => turn.stop());
    const answer = new ChatAnswer(sinkOf(progress), localize);
    try {
      for await (const event of turn) {
        onEvent(turnId, event);
        if (answer.take(event)) break;
      }
    } catch (error) {
      throw chatError(error, requestInitiator);
    } finally {
      cancellation.dispose();
    }
  }

  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    const counter = await this.tokens();
    return typeof text === 'string' ? counter.count(text) : messageTokens(plainMessage(text), counter);
  }

  /** Nobody waits long for a gateway that does not answer: its list is told when it comes. */
  private async listed(connection: ActiveConnection): Promise<readonly string[]> {
    const list = this.deps.catalog.listOf(connection);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patienceMs);
    });
    const first = await Promise.race([list, late]);
    clearTimeout(timer);
    if (first !== 'late' && first.source === 'gateway') return first.models;
    if (first === 'late') {
      void list.then(({ source }) => {
        if (source === 'gateway') this.deps.modelsChanged();
      });
    }
    // What is known of one gateway says nothing about another.
    return connection.origin === originOf(defaultBaseUrl) ? knownModels : [];
  }

  /** Who asks for it on a click is led to the key; whoever looks what there is, is not. */
  private async connection(silent: boolean): Promise<ActiveConnection | undefined> {
    const { connections, log } = this.deps;
    try {
      const connection = await connections.own();
      if (silent || connection.apiKey !== undefined) return connection;
      await vscode.commands.executeCommand('holysheep.setApiKey');
      return await connections.own();
    } catch (error) {
      if (!silent) throw error;
      log.error(error);
      return undefined;
    }
  }
}

function information(id: string, { host }: ActiveConnection): vscode.LanguageModelChatInformation {
  const { maxInputTokens, maxOutputTokens, imageInput } = limitsOf(id);
  return {
    id,
    name: id,
    family: id,
    version: id,
    detail: host,
    tooltip: vscode.l10n.t('{0}, answered by {1}', id, host),
    maxInputTokens,
    maxOutputTokens,
    // The agent's picker hides models that call no tools.
    capabilities: { toolCalling: true, imageInput },
  };
}

function sinkOf(progress: vscode.Progress<vscode.LanguageModelResponsePart>): ChatSink {
  const { Thinking } = hostFeatures();
  let thinks = false;
  let notes = 0;
  const think = (text: string, id?: string): void => {
    if (!Thinking) return;
    thinks = true;
    progress.report(new Thinking(text, id));
  };
  const answerNow = (): void => {
    if (thinks && Thinking) progress.report(new Thinking('', '', { vscode_reasoning_done: true }));
    thinks = false;
  };
  return {
    text: (text) => {
      answerNow();
      progress.report(new vscode.LanguageModelTextPart(text));
    },
    thinking: (text) => think(text),
    // A thought of its own in bold letters is the heading that is in view while it lasts.
    note: (line) => think(`**${line}**\n\n`, `note-${++notes}`),
    toolCall: (id, name, input) => {
      answerNow();
      progress.report(new vscode.LanguageModelToolCallPart(id, name, input));
    },
    usage: ({ promptTokens, completionTokens, totalTokens }) => {
      const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens };
      progress.report(new vscode.LanguageModelDataPart(new TextEncoder().encode(JSON.stringify(usage)), usageType));
    },
  };
}
