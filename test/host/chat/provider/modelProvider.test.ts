import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { StreamEvent } from '../../../../src/engine/events';
import type { ModelProviderDeps } from '../../../../src/host/chat/provider/modelProvider';
import { useVSCode } from '../../../support/fakeVSCode';

class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

/** Stands for message parts that the tests don't send. */
class OtherPart {
  readonly value = undefined;
}

const disposable = { dispose: () => undefined };
const prompt = 'The quick brown fox jumps over the lazy dog. '.repeat(200);

function model(detail = 'gateway.example'): vscode.LanguageModelChatInformation {
  const limits = { maxInputTokens: 100_000, maxOutputTokens: 1_000 };
  return { id: 'gpt-4o', name: 'gpt-4o', family: 'gpt-4o', version: 'gpt-4o', detail, ...limits, capabilities: {} };
}

describe('token count for VS Code', () => {
  useVSCode({
    LanguageModelTextPart,
    LanguageModelDataPart: OtherPart,
    LanguageModelToolCallPart: OtherPart,
    LanguageModelToolResultPart: OtherPart,
    LanguageModelPromptTsxPart: OtherPart,
    LanguageModelChatMessageRole: { User: 1, Assistant: 2 },
    LanguageModelChatToolMode: { Auto: 1, Required: 2 },
  });

  /** Returns the token counts of a prompt before and after a turn for which the gateway reports the usage. */
  const counts = async (
    usage: { readonly attempt: number; readonly times: number },
    countedModel = model(),
  ): Promise<readonly [before: number, after: number]> => {
    const { ModelProvider } = await import('../../../../src/host/chat/provider/modelProvider');
    let promptTokens = 0;
    const turn = function* (): Generator<StreamEvent> {
      const tokens = { promptTokens, completionTokens: 1, totalTokens: promptTokens + 1 };
      yield { type: 'usage', at: 0, attempt: usage.attempt, ...tokens };
      yield { type: 'done', at: 0, attempt: usage.attempt, finishReason: 'stop', attempts: 1, text: '', waitedMs: 0 };
    };
    const deps = {
      engine: { stream: () => ({ [Symbol.iterator]: turn, stop: () => undefined }) },
      settings: { requestParameters: () => ({ temperature: 0, maxTokens: 1_000 }) },
      log: { error: assert.ifError },
      onEvent: () => undefined,
    };
    const provider = new ModelProvider(deps as unknown as ModelProviderDeps);
    const before = await provider.provideTokenCount(countedModel, prompt);
    promptTokens = Math.round(before * usage.times);
    const message = { role: 1, content: [new LanguageModelTextPart(prompt)], name: undefined };
    const token = { isCancellationRequested: false, onCancellationRequested: () => disposable };
    await provider.provideLanguageModelChatResponse(
      ...([model(), [message], { toolMode: 1 }, { report: () => undefined }, token] as unknown as Parameters<
        typeof provider.provideLanguageModelChatResponse
      >),
    );
    return [before, await provider.provideTokenCount(countedModel, prompt)];
  };

  it('increases after the gateway has reported more prompt tokens than estimated', async () => {
    const [before, after] = await counts({ attempt: 1, times: 1.4 });
    assert.ok(after >= 1.4 * before && after <= 1.7 * before, `${before}, ${after}`);
  });

  it('is not affected by what another gateway reports for the same model', async () => {
    const [before, after] = await counts({ attempt: 1, times: 1.4 }, model('other.example'));
    assert.equal(after, before);
  });

  it('ignores the token usage of later attempts, which includes the prompts of previous attempts', async () => {
    const [before, after] = await counts({ attempt: 2, times: 1.4 });
    assert.equal(after, before);
  });
});
