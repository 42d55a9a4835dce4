import assert from 'node:assert/strict';
import type { LanguageModelChatToolMode } from 'vscode';
import type { CallerOptions } from '../../../../src/host/chat/provider/chatOptions';
import { useVSCode } from '../../../support/fakeVSCode';

const fromSettings = {
  temperature: 0.7,
  maxTokens: 4096,
  defaults: { temperature: 1, maxTokens: 2048 },
  reasoningEffort: 'low' as const,
};
const defaultParameters = {
  ...fromSettings,
  reasoningEffort: 'low',
  topP: undefined,
  stop: undefined,
  tools: [],
  toolChoice: undefined,
};
const auto = 1 as unknown as LanguageModelChatToolMode;
const required = 2 as unknown as LanguageModelChatToolMode;
const tool = { name: 'read', description: 'Reads.' };

const cases: readonly { readonly behavior: string; readonly options: Partial<CallerOptions>; readonly sent: object }[] =
  [
    { behavior: 'sends the parameters from the settings by default', options: {}, sent: {} },
    { behavior: 'sets the temperature', options: { modelOptions: { temperature: 0 } }, sent: { temperature: 0 } },
    { behavior: 'sets top_p', options: { modelOptions: { top_p: 0.1 } }, sent: { topP: 0.1 } },
    {
      behavior: 'sets the token limit from max_tokens',
      options: { modelOptions: { max_tokens: 5 } },
      sent: { maxTokens: 5 },
    },
    {
      behavior: 'sets the token limit from max_completion_tokens',
      options: { modelOptions: { max_completion_tokens: 5 } },
      sent: { maxTokens: 5 },
    },
    {
      behavior: 'sets the effort that the user chose',
      options: { modelConfiguration: { reasoningEffort: 'max' } },
      sent: { reasoningEffort: 'max' },
    },
    {
      behavior: 'leaves out the effort if the user chose the default of the model',
      options: { modelConfiguration: { reasoningEffort: 'default' } },
      sent: { reasoningEffort: undefined },
    },
    {
      behavior: 'sets the effort from reasoning_effort',
      options: { modelOptions: { reasoning_effort: 'high' } },
      sent: { reasoningEffort: 'high' },
    },
    {
      behavior: 'prefers the effort of the caller to that of the user',
      options: { modelOptions: { reasoningEffort: 'none' }, modelConfiguration: { reasoningEffort: 'max' } },
      sent: { reasoningEffort: 'none' },
    },
    {
      behavior: 'ignores an unknown effort',
      options: { modelOptions: { reasoning_effort: 'huge' }, modelConfiguration: { reasoningEffort: 3 } },
      sent: {},
    },
    { behavior: 'sends one stop sequence', options: { modelOptions: { stop: 'a' } }, sent: { stop: ['a'] } },
    {
      behavior: 'sends several stop sequences',
      options: { modelOptions: { stop: ['a', 'b', '', 1] } },
      sent: { stop: ['a', 'b'] },
    },
    {
      behavior: 'ignores values of a wrong type',
      options: { modelOptions: { temperature: 'hot', max_tokens: null, stop: {} } },
      sent: {},
    },
    {
      behavior: 'ignores private options of the editor',
      options: { modelOptions: { _capturingTokenCorrelationId: 'x', messages: [], model: 'm' } },
      sent: {},
    },
    {
      behavior: 'adds a schema to a tool without arguments',
      options: { tools: [tool] },
      sent: { tools: [{ ...tool, parameters: { type: 'object', properties: {} } }] },
    },
    {
      behavior: 'sends the schema of a tool',
      options: { tools: [{ ...tool, inputSchema: { type: 'object' } }], toolMode: required },
      sent: { tools: [{ ...tool, parameters: { type: 'object' } }], toolChoice: 'required' },
    },
    { behavior: 'does not require a tool call when there are no tools', options: { toolMode: required }, sent: {} },
  ];

describe("conversion of a chat request's model options to request parameters", () => {
  useVSCode({ LanguageModelChatToolMode: { Auto: auto, Required: required } });
  for (const { behavior, options, sent } of cases) {
    it(behavior, async () => {
      const { chatOptions } = await import('../../../../src/host/chat/provider/chatOptions');
      assert.deepEqual(chatOptions({ toolMode: auto, ...options }, fromSettings), { ...defaultParameters, ...sent });
    });
  }
});
