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

const cases: readonly (readonly [behavior: string, options: Partial<CallerOptions>, sent: object])[] = [
  ['sends the parameters from the settings by default', {}, {}],
  ['sets the temperature', { modelOptions: { temperature: 0 } }, { temperature: 0 }],
  ['sets top_p', { modelOptions: { top_p: 0.1 } }, { topP: 0.1 }],
  ['sets the token limit from max_tokens', { modelOptions: { max_tokens: 5 } }, { maxTokens: 5 }],
  ['sets the token limit from max_completion_tokens', { modelOptions: { max_completion_tokens: 5 } }, { maxTokens: 5 }],
  [
    'sets the effort that the user chose',
    { modelConfiguration: { reasoningEffort: 'max' } },
    { reasoningEffort: 'max' },
  ],
  [
    'leaves out the effort if the user chose the default of the model',
    { modelConfiguration: { reasoningEffort: 'default' } },
    { reasoningEffort: undefined },
  ],
  [
    'sets the effort from reasoning_effort',
    { modelOptions: { reasoning_effort: 'high' } },
    { reasoningEffort: 'high' },
  ],
  [
    'prefers the effort of the caller to that of the user',
    { modelOptions: { reasoningEffort: 'none' }, modelConfiguration: { reasoningEffort: 'max' } },
    { reasoningEffort: 'none' },
  ],
  [
    'ignores an unknown effort',
    { modelOptions: { reasoning_effort: 'huge' }, modelConfiguration: { reasoningEffort: 3 } },
    {},
  ],
  ['sends one stop sequence', { modelOptions: { stop: 'a' } }, { stop: ['a'] }],
  ['sends several stop sequences', { modelOptions: { stop: ['a', 'b', '', 1] } }, { stop: ['a', 'b'] }],
  ['ignores values of a wrong type', { modelOptions: { temperature: 'hot', max_tokens: null, stop: {} } }, {}],
  [
    'ignores private options of the editor',
    { modelOptions: { _capturingTokenCorrelationId: 'x', messages: [], model: 'm' } },
    {},
  ],
  [
    'adds a schema to a tool without arguments',
    { tools: [tool] },
    { tools: [{ ...tool, parameters: { type: 'object', properties: {} } }] },
  ],
  [
    'sends the schema of a tool',
    { tools: [{ ...tool, inputSchema: { type: 'object' } }], toolMode: required },
    { tools: [{ ...tool, parameters: { type: 'object' } }], toolChoice: 'required' },
  ],
  ['does not require a tool call when there are no tools', { toolMode: required }, {}],
];

describe("conversion of a chat request's model options to request parameters", () => {
  useVSCode({ LanguageModelChatToolMode: { Auto: auto, Required: required } });
  for (const [behavior, options, sent] of cases) {
    it(behavior, async () => {
      const { chatOptions } = await import('../../../../src/host/chat/provider/chatOptions');
      assert.deepEqual(chatOptions({ toolMode: auto, ...options }, fromSettings), { ...defaultParameters, ...sent });
    });
  }
});
