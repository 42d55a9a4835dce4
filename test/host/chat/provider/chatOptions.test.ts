import assert from 'node:assert/strict';
import { chatOptions, type CallerOptions } from '../../../../src/host/chat/provider/chatOptions';

const defaults = { temperature: 0.7, maxTokens: 4096 };
const usual = {
  ...{ temperature: 0.7, topP: undefined, maxTokens: 4096, stop: undefined, tools: [], toolChoice: undefined },
};
const tool = { name: 'read', description: 'Reads.' };

const cases: readonly (readonly [what: string, given: Partial<CallerOptions>, sent: object])[] = [
  ['the defaults', {}, {}],
  ['a temperature', { modelOptions: { temperature: 0 } }, { temperature: 0 }],
  ['a top p', { modelOptions: { top_p: 0.1 } }, { topP: 0.1 }],
  ['a limit, by its old name', { modelOptions: { max_tokens: 5 } }, { maxTokens: 5 }],
  ['a limit, by its new name', { modelOptions: { max_completion_tokens: 5 } }, { maxTokens: 5 }],
  ['one stop word', { modelOptions: { stop: 'a' } }, { stop: ['a'] }],
  ['several stop words', { modelOptions: { stop: ['a', 'b', '', 1] } }, { stop: ['a', 'b'] }],
  ['nothing of a wrong type', { modelOptions: { temperature: 'hot', max_tokens: null, stop: {} } }, {}],
  [
    "none of the host's private keys",
    { modelOptions: { _capturingTokenCorrelationId: 'x', messages: [], model: 'm' } },
    {},
  ],
  [
    'a tool that takes no arguments with a schema',
    { tools: [tool] },
    { tools: [{ ...tool, parameters: { type: 'object', properties: {} } }] },
  ],
  [
    'the schema of a tool',
    { tools: [{ ...tool, inputSchema: { type: 'object' } }], toolRequired: true },
    { tools: [{ ...tool, parameters: { type: 'object' } }], toolChoice: 'required' },
  ],
  ['no need for a tool where there is none', { toolRequired: true }, {}],
];

describe('the options of a caller', () => {
  for (const [what, given, sent] of cases) {
    it(`bring ${what}`, () =>
      assert.deepEqual(chatOptions({ toolRequired: false, ...given }, defaults), { ...usual, ...sent }));
  }
});
