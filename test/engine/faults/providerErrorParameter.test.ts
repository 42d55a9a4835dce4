import assert from 'node:assert/strict';
import {
  findRefusedParameter,
  type ProviderError,
  type CorrectableParameter,
} from '../../../src/engine/faults/providerError';

const noDetails: ProviderError = {
  message: '',
  searchText: '',
  wrapperMessage: '',
  codes: [],
  param: '',
  status: undefined,
};

const cases: readonly (readonly [
  searchText: string,
  codes: readonly string[],
  refused: CorrectableParameter | undefined,
])[] = [
  ['temperature is not welcome', ['unsupported_parameter', 'invalid_request_error'], 'temperature'],
  ['temperature is not welcome', ['unsupported_value'], 'temperature'],
  ['temperature is not welcome', ['unknown_parameter'], 'temperature'],
  ['temperature is not welcome', ['extra_forbidden'], 'temperature'],
  ['temperature is not welcome', ['unsupported_value_range'], undefined],
  ['temperature is not welcome', ['not_unsupported_value'], undefined],
  ['temperature is not welcome', [], undefined],
  ['temperature: unrecognized', [], 'temperature'],
  ['temperature: unrecognised', [], 'temperature'],
  ['extra input: temperature', [], 'temperature'],
  ['extra inputs: temperature', [], 'temperature'],
  ['extra field: temperature', [], 'temperature'],
  ['extra fields: temperature', [], 'temperature'],
  ['temperature: only 1.0 is allowed', [], 'temperature'],
  ['temperature: only 1 is allowed', [], 'temperature'],
  ['temperature can only be set to 1 and that only be set to 1 is allowed', [], 'temperature'],
  ['max_tokens: use max_completion_tokens', [], 'max_tokens'],
  ["max_tokens: use 'max_completion_tokens'", [], 'max_tokens'],
  ['max_tokens: use `max_completion_tokens`', [], 'max_tokens'],
  ['max_tokens: use "max_completion_tokens"', [], 'max_tokens'],
  ['temperature: 3 is more than 2', [], undefined],
  ['stream_options: no', [], 'stream_options'],
  ['my_max_tokens is not supported', [], undefined],
  ['top_k is not supported', ['unsupported_parameter'], undefined],
  ["'max_completion_tokens' is not supported, use 'max_tokens'", [], 'max_completion_tokens'],
  ['`temperature` and `top_p` cannot both be specified for this model.', [], 'temperature'],
  ['top_p must be unset when thinking is enabled', [], 'top_p'],
  ['Unrecognized request argument supplied: reasoning_effort', [], 'reasoning_effort'],
  ["Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.", [], 'reasoning_effort'],
  ['该模型不支持 enable_thinking 参数', [], 'enable_thinking'],
  ['未知参数 top_p', [], 'top_p'],
  ['参数 thinking 不支持', [], 'thinking'],
  ['chat_template_kwargs: Extra inputs are not permitted', [], 'chat_template_kwargs'],
  ["Unknown parameter: 'reasoning'.", ['unknown_parameter'], 'reasoning'],
  ["Unsupported parameter: 'reasoning.effort' is not supported with this model.", [], 'reasoning'],
  ['Unrecognized request argument supplied: thinking', [], 'thinking'],
  ['thinking: Extra inputs are not permitted', [], 'thinking'],
  ['thinking.budget_tokens: Extra inputs are not permitted', [], 'thinking'],
  ['reasoning.effort: invalid option', [], 'reasoning'],
  ['chat_template_kwargs must be an object', [], 'chat_template_kwargs'],
  ['推理强度仅支持 low、high', [], 'reasoning_effort'],
  ['Thinking level MINIMAL is not supported for this model.', [], 'reasoning_effort'],
  ['Thinking is not enabled for this model', [], 'reasoning_effort'],
  ['temperature must be 1', [], undefined],
  ['`max_tokens` must be greater than `thinking.budget_tokens`.', [], 'thinking'],
  ['messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`.', [], undefined],
  ['reasoning_effort was high while the request failed', [], undefined],
  ['Models that support thinking cannot be used here.', [], undefined],
  ['This model does not support reasoning with images.', [], undefined],
  ['An unexpected error occurred while the model was thinking.', [], undefined],
  ['Unsupported field thinking mode', [], undefined],
  ['reasoning_content is not allowed in messages', [], undefined],
];

describe('search for the refused parameter in a provider error', () => {
  for (const [searchText, codes, refused] of cases) {
    it(`finds ${refused ?? 'no parameter'} in the message ${JSON.stringify(searchText)} with ${codes.length === 0 ? 'no code' : `the code ${codes.join(' and ')}`}`, () => {
      assert.equal(findRefusedParameter({ ...noDetails, searchText, codes }), refused);
    });
  }

  it("prefers the parameter in the error's `param` field to a parameter in the error's message", () => {
    const searchText = 'max_tokens and temperature are not supported together';
    assert.equal(findRefusedParameter({ ...noDetails, searchText, param: 'temperature' }), 'temperature');
  });

  it('finds the parameter `reasoning` when the error names the nested field `reasoning.effort`', () => {
    const codes = ['unsupported_parameter'];
    assert.equal(findRefusedParameter({ ...noDetails, codes, param: 'reasoning.effort' }), 'reasoning');
  });
});
