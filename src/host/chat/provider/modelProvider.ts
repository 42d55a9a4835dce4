import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Engine } from '../../../engine/engine';
import type { StreamEvent } from '../../../engine/events';
import type { ActiveConnection, Connections } from '../../connection/connections';
import type { ImportedKeys } from '../../connection/keyStore';
import type { Log } from '../../util/log';
import type { Settings } from '../../settings/settings';
import { hostWords } from '../../ui/words';
import { chatOptions } from './chatOptions';
import { chatError, earlyEndError, responseSink } from './chatResponse';
import { ChatFailure, ModelAnswer } from './modelAnswer';
import { offeredModels, type OfferedModelsDeps } from './offeredModels';
import { imagesIn, parseMessage, requestMessages, textOf } from './requestMessages';
import { estimateTokens, tokensPerMessage } from './tokenEstimator';

export interface ModelProviderDeps extends OfferedModelsDeps {
  readonly engine: Engine;
  readonly connections: Connections;
  readonly settings: Settings;
  readonly log: Log;
  /** Receives every event of a turn, so that the events can be logged. */
  readonly onEvent: (turnId: string, event: StreamEvent) => void;
  readonly importedKeys: Pick<ImportedKeys, 'import'>;
}

/**
 * Options that newer versions of VS Code pass when they request models. They contain the configuration of a model group
 * that the user created.
 */
interface InformationOptions extends vscode.PrepareLanguageModelChatModelOptions {
  readonly configuration?: Readonly<Record<string, unknown>>;
}

type ResponseOptions = vscode.ProvideLanguageModelChatResponseOptions & { readonly requestInitiator?: unknown };

/**
 * Estimated tokens of an image of 1024 × 1024 pixels, because the actual size is unknown. Source: OpenAI's vision
 * guide, 85 tokens per image and 170 tokens per tile of 512 × 512 pixels.
 */
const tokensPerImage = 85 + 4 * 170;

/**
 * Provides the gateway's models to VS Code's chat and to other extensions. The provider uses the same engine as the
 * panel, but never the offline demo.
 */
export class ModelProvider implements vscode.LanguageModelChatProvider {
  constructor(private readonly deps: ModelProviderDeps) {}

  /**
   * Returns the gateway's models. VS Code calls this method once without a configuration, and once for each model group
   * that the user created. Only the call without a configuration returns models, because each model must be listed only
   * once. A call for a model group imports the API key of the group.
   */
  async provideLanguageModelChatInformation(
    options: vscode.PrepareLanguageModelChatModelOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    const { silent, configuration }: InformationOptions = options;
    const connectionForList = await this.connection(silent || configuration !== undefined);
    if (!connectionForList) return [];
    if (configuration !== undefined) {
      const key = configuration['apiKey'];
      if (typeof key === 'string' && key !== '') {
        this.deps.log.redactSecret(key);
        this.importKey(key);
      }
      return [];
    }
    if (connectionForList.apiKey === undefined || token.isCancellationRequested) return [];
    return offeredModels(this.deps, connectionForList, this.deps.settings.model());
  }

  async provideLanguageModelChatResponse(
    model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: ResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { engine, connections, settings, log, onEvent } = this.deps;
    const { modelOptions, tools, toolMode, requestInitiator } = options;
    const toolRequired = toolMode === vscode.LanguageModelChatToolMode.Required;
    const { maxTokens, defaults, ...others } = settings.requestParameters();
    const atLeastOutput = (limit: number | undefined) => limit && Math.max(limit, model.maxOutputTokens);
    const parameters = {
      ...others,
      maxTokens: atLeastOutput(maxTokens),
      defaults: { ...defaults, maxTokens: atLeastOutput(defaults?.maxTokens) },
    };
    const request = {
      model: model.id,
      messages: requestMessages(messages),
      ...chatOptions({ modelOptions, tools, toolRequired }, parameters),
    };
    if (token.isCancellationRequested) return;
    const turnId = randomUUID();
    const turn = engine.stream(request, { connection: () => connections.configured() });
    const cancellation = token.onCancellationRequested(() => turn.stop());
    const sink = responseSink(progress, (error) => log.error(error));
    const answer = new ModelAnswer(sink, hostWords());
    try {
      for await (const event of turn) {
        onEvent(turnId, event);
        if (answer.handle(event)) break;
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

  provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    if (typeof text === 'string') return Promise.resolve(estimateTokens(text));
    const { content, calls } = parseMessage(text);
    const callTexts = calls.map(({ name, arguments: json }) => `${name}(${json})`);
    const tokens = estimateTokens([textOf(content), ...callTexts].join('\n'));
    return Promise.resolve(tokensPerMessage + tokens + tokensPerImage * imagesIn(content).length);
  }

  /**
   * Imports the API key of a model group in the background, so that VS Code's list of models does not wait. The list is
   * updated after the import.
   */
  private importKey(key: string): void {
    this.deps.importedKeys.import(key).catch((error: unknown) => this.deps.log.error(error));
  }

  /**
   * Returns the connection to the gateway. If the API key is missing and `silent` is false, the user is asked for the
   * key.
   */
  private async connection(silent: boolean): Promise<ActiveConnection | undefined> {
    const { connections, log } = this.deps;
    try {
      const connection = await connections.configured();
      if (silent || connection.apiKey !== undefined) return connection;
      await vscode.commands.executeCommand('holysheep.setApiKey');
      return await connections.configured();
    } catch (error) {
      if (!silent) throw error;
      log.error(error);
      return undefined;
    }
  }
}
