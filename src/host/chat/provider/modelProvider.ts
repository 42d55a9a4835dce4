import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import type { Gateway } from '../../../engine/gateway/gateway';
import { estimateTokens } from '../../../engine/text/tokenEstimate';
import { importKey } from '../../connection/keyStore';
import { storeApiKey } from '../../connection/storeApiKey';
import { enterApiKey } from '../../ui/notifications';
import { hostWords } from '../../ui/words';
import { startChatTurn } from '../appendOnly';
import type { ChatServices } from '../chatServices';
import { chatOptions, type CallerOptions } from './chatOptions';
import { chatError, ModelAnswer } from './modelAnswer';
import { offeredModels } from './offeredModels';
import { estimateMessageTokens, requestMessages } from './requestMessages';

/** Options that only newer versions of VS Code set: the configuration of a model group that the user created. */
interface InformationOptions extends vscode.PrepareLanguageModelChatModelOptions {
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** Provides the models of the user's gateway to VS Code's chat and to other extensions. */
export class ModelProvider implements vscode.LanguageModelChatProvider {
  constructor(private readonly services: ChatServices) {}

  /**
   * Returns the gateway's models. VS Code also calls this method for each model group that the user created, with a
   * configuration. Such a call only imports the group's API key and returns no models, because each model must be
   * listed only once.
   */
  async provideLanguageModelChatInformation(
    options: vscode.PrepareLanguageModelChatModelOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    const { silent, configuration }: InformationOptions = options;
    if (configuration !== undefined) {
      this.importGroupKey(configuration['apiKey']);
      return [];
    }
    const gateway = await this.gateway(silent);
    if (!gateway || token.isCancellationRequested) return [];
    return offeredModels(this.services, gateway);
  }

  async provideLanguageModelChatResponse(
    model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: CallerOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { engine, budget, gatewaySets, logEvent } = this.services;
    const mayStart = await budget.mayOthersStart();
    const refusal = mayStart ? undefined : chatError(budget.refusal(), options.requestInitiator);
    if (refusal) throw refusal;
    const { maxTokens, defaults, ...others } = gatewaySets.own.defaults({ model: model.id });
    const atLeastOutput = (limit: number | undefined) => limit && Math.max(limit, model.maxOutputTokens);
    const parameters = {
      ...others,
      maxTokens: atLeastOutput(maxTokens),
      defaults: { ...defaults, maxTokens: atLeastOutput(defaults?.maxTokens) },
    };
    const request = {
      model: model.id,
      messages: requestMessages(messages),
      ...chatOptions(options, parameters),
    };
    const turnId = randomUUID();
    const answer = new ModelAnswer(progress, hostWords());
    const { terminalEvent } = startChatTurn(engine, request, {
      token,
      onEvent: (event) => {
        logEvent('chat', turnId, event);
        answer.handle(event);
      },
    });
    const earlyEnd = answer.finish(await terminalEvent);
    const error = earlyEnd && chatError(earlyEnd, options.requestInitiator);
    if (error) throw error;
  }

  provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    return Promise.resolve(typeof text === 'string' ? estimateTokens(text) : estimateMessageTokens(text));
  }

  /**
   * Imports the API key of a model group in the background, so that VS Code can list the models without waiting for the
   * import.
   */
  private importGroupKey(key: unknown): void {
    const { context, log } = this.services;
    if (typeof key !== 'string' || key === '') return;
    log.keys.add(key);
    importKey(context.secrets, key, () => storeApiKey(this.services, key)).catch(log.error);
  }

  /**
   * Returns the first gateway that has an API key or needs none. If there is no such gateway and `silent` is false, the
   * user is asked to enter a key.
   */
  private async gateway(silent: boolean): Promise<Gateway | undefined> {
    const { userGateways, log } = this.services;
    try {
      const first = await userGateways.firstWithAccess();
      if (first || silent) return first;
      await enterApiKey();
      return await userGateways.firstWithAccess();
    } catch (error) {
      if (!silent) throw error;
      log.error(error);
      return undefined;
    }
  }
}
