import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { useVSCode } from '../../../support/fakeVSCode';

const usage = {
  promptTokens: 10,
  completionTokens: 5,
  totalTokens: 15,
  cachedTokens: 4,
  reasoningTokens: 2,
  cost: 0.01,
};

class TextPart {
  constructor(readonly value: string) {}
}

class DataPart {
  constructor(
    readonly data: Uint8Array,
    readonly mimeType: string,
  ) {}
}

/** Stands for message parts that the tests don't send. */
class OtherPart {
  readonly value = undefined;
}

/** An answer with its token usage, as the sink of the answer passes it to VS Code. */
async function report(editor: vscode.Progress<unknown>): Promise<readonly unknown[]> {
  const { responseSink } = await import('../../../../src/host/chat/provider/chatResponse');
  const errors: unknown[] = [];
  const sink = responseSink(editor, (error) => errors.push(error));
  sink.appendText('Hi');
  sink.reportUsage(usage);
  return errors;
}

describe('token usage for VS Code', () => {
  useVSCode({ LanguageModelTextPart: TextPart, LanguageModelDataPart: DataPart });

  it('has the names of the OpenAI API and the MIME type that VS Code expects', async () => {
    const parts: unknown[] = [];
    await report({ report: (part) => parts.push(part) });
    const [text, data] = parts as [TextPart, DataPart];
    assert.equal(text.value, 'Hi');
    assert.equal(data.mimeType, 'usage');
    assert.deepEqual(JSON.parse(new TextDecoder().decode(data.data)), {
      ...{ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.01 },
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
  });

  it('does not break the answer in an editor that rejects it', async () => {
    const parts: unknown[] = [];
    const rejection = new Error('unknown part');
    const errors = await report({
      report: (part) => {
        if (part instanceof DataPart) throw rejection;
        parts.push(part);
      },
    });
    assert.deepEqual([parts, errors], [[new TextPart('Hi')], [rejection]]);
  });
});

describe('language models in an editor without data parts', () => {
  useVSCode({
    LanguageModelTextPart: TextPart,
    LanguageModelToolCallPart: OtherPart,
    LanguageModelToolResultPart: OtherPart,
    LanguageModelPromptTsxPart: OtherPart,
    LanguageModelChatMessageRole: { User: 1, Assistant: 2 },
  });

  it('answer without the token usage', async () => {
    const parts: unknown[] = [];
    assert.deepEqual(await report({ report: (part) => parts.push(part) }), []);
    assert.deepEqual(parts, [new TextPart('Hi')]);
  });

  it('read messages, except for parts that this editor does not have', async () => {
    const { requestMessages } = await import('../../../../src/host/chat/provider/requestMessages');
    const message = { role: 1, content: [new TextPart('Hi'), new DataPart(new Uint8Array(), 'image/png')] };
    assert.deepEqual(requestMessages([message as unknown as vscode.LanguageModelChatRequestMessage]), [
      { role: 'user', content: 'Hi' },
    ]);
  });
});
