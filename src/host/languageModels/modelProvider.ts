import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Engine } from '../../core/engine';
import type { StreamEvent } from '../../core/events';
import type { ActiveConnection, Connections } from '../connections';
import type { ImportedKeys } from '../importedKeys';
import { loadedOnce } from '../loadedOnce';
import { localize } from '../localize';
import type { Log } from '../log';
import type { Settings } from '../settings';
import { secondOfDay } from '../timeOfDay';
import { ChatFailure, ModelAnswer } from './modelAnswer';
import { chatError, earlyEndError } from './chatError';
import { chatOptions } from './chatOptions';
import { sinkOf } from './chatSink';
import { plainMessage } from './fromVSCode';
import { offeredModels, type OfferedModelsDeps } from './offeredModels';
import { requestMessages } from './requestMessages';
import { messageTokens } from './messageTokens';

export interface ModelProviderDeps extends OfferedModelsDeps {
  readonly engine: Engine;
  readonly connections: Connections;
  readonly settings: Settings;
  readonly log: Log;
  /** For the log. */
  readonly onEvent: (turnId: string, event: StreamEvent) => void;
  readonly importedKeys: Pick<ImportedKeys, 'import'>;
}

/** As newer hosts have it; they tell for which of the user's groups of models they ask, and who asks. */
interface InformationOptions extends vscode.PrepareLanguageModelChatModelOptions {
  readonly configuration?: Readonly<Record<string, unknown>>;
}

type ResponseOptions = vscode.ProvideLanguageModelChatResponseOptions & { readonly requestInitiator?: unknown };

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
    const connection = await this.connection(silent || configuration !== undefined);
    if (!connection) return [];
    if (configuration !== undefined) {
      const key = configuration['apiKey'];
      if (typeof key === 'string' && key !== '') {
        this.deps.log.hide(key);
        this.importKey(connection.origin, key);
      }
      return [];
    }
    if (connection.apiKey === undefined || token.isCancellationRequested) return [];
    return offeredModels(this.deps, connection, this.deps.settings.model());
  }

  async provideLanguageModelChatResponse(
    { id, maxOutputTokens }: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: ResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { engine, connections, settings, log, onEvent } = this.deps;
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
    const answer = new ModelAnswer(sinkOf(progress), { localize, formatTime: secondOfDay });
    try {
      for await (const event of turn) {
        onEvent(turnId, event);
        if (answer.take(event)) break;
      }
    } catch (error) {
      if (!(error instanceof ChatFailure)) log.error(error);
      throw chatError(error, requestInitiator);
    } finally {
      cancellation.dispose();
    }
    const earlyEnd = earlyEndError(answer.earlyEnd, requestInitiator);
    if (earlyEnd) throw earlyEnd;
  }

  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    const counter = await this.tokens();
    return typeof text === 'string' ? counter.count(text) : messageTokens(plainMessage(text), counter);
  }

  /** Not waited for: VS Code's list of models would stand still meanwhile, and hears of it when the key is there. */
  private importKey(origin: string, key: string): void {
    this.deps.importedKeys.import(origin, key).catch((error: unknown) => this.deps.log.error(error));
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
