import assert from 'node:assert/strict';
import { chatOptions, type CallerOptions } from '../../../../src/host/chat/provider/chatOptions';

const defaults = { temperature: 0.7, maxTokens: 4096 };
const defaultParameters = {
  ...{ temperature: 0.7, topP: undefined, maxTokens: 4096, stop: undefined, tools: [], toolChoice: undefined },
};
const tool = { name: 'read', description: 'Reads.' };

const cases: readonly (readonly [behaviour: string, options: Partial<CallerOptions>, sent: object])[] = [
  ['send the defaults', {}, {}],
  ['set the temperature', { modelOptions: { temperature: 0 } }, { temperature: 0 }],
  ['set top_p', { modelOptions: { top_p: 0.1 } }, { topP: 0.1 }],
  ['set the token limit by max_tokens', { modelOptions: { max_tokens: 5 } }, { maxTokens: 5 }],
  ['set the token limit by max_completion_tokens', { modelOptions: { max_completion_tokens: 5 } }, { maxTokens: 5 }],
  ['send one stop sequence', { modelOptions: { stop: 'a' } }, { stop: ['a'] }],
  ['send several stop sequences', { modelOptions: { stop: ['a', 'b', '', 1] } }, { stop: ['a', 'b'] }],
  ['ignore values of a wrong type', { modelOptions: { temperature: 'hot', max_tokens: null, stop: {} } }, {}],
  [
    'ignore private options of the editor',
    { modelOptions: { _capturingTokenCorrelationId: 'x', messages: [], model: 'm' } },
    {},
  ],
  [
    'add a schema to a tool without arguments',
    { tools: [tool] },
    { tools: [{ ...tool, parameters: { type: 'object', properties: {} } }] },
  ],
  [
    'send the schema of a tool',
    { tools: [{ ...tool, inputSchema: { type: 'object' } }], toolRequired: true },
    { tools: [{ ...tool, parameters: { type: 'object' } }], toolChoice: 'required' },
  ],
  ['do not require a tool when there is none', { toolRequired: true }, {}],
];

describe('model options of a caller', () => {
  for (const [behaviour, options, sent] of cases) {
    it(behaviour, () =>
      assert.deepEqual(chatOptions({ toolRequired: false, ...options }, defaults), { ...defaultParameters, ...sent }),
    );
  }
});
