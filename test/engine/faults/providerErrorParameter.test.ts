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

const cases: readonly {
  readonly searchText: string;
  readonly codes: readonly string[];
  readonly refused: CorrectableParameter | undefined;
}[] = [
  {
    searchText: 'temperature is not welcome',
    codes: ['unsupported_parameter', 'invalid_request_error'],
    refused: 'temperature',
  },
  { searchText: 'temperature is not welcome', codes: ['unsupported_value'], refused: 'temperature' },
  { searchText: 'temperature is not welcome', codes: ['unknown_parameter'], refused: 'temperature' },
  { searchText: 'temperature is not welcome', codes: ['extra_forbidden'], refused: 'temperature' },
  { searchText: 'temperature is not welcome', codes: ['unsupported_value_range'], refused: undefined },
  { searchText: 'temperature is not welcome', codes: ['not_unsupported_value'], refused: undefined },
  { searchText: 'temperature is not welcome', codes: [], refused: undefined },
  { searchText: 'temperature: unrecognized', codes: [], refused: 'temperature' },
  { searchText: 'temperature: unrecognised', codes: [], refused: 'temperature' },
  { searchText: 'extra input: temperature', codes: [], refused: 'temperature' },
  { searchText: 'extra inputs: temperature', codes: [], refused: 'temperature' },
  { searchText: 'extra field: temperature', codes: [], refused: 'temperature' },
  { searchText: 'extra fields: temperature', codes: [], refused: 'temperature' },
  { searchText: 'temperature: only 1.0 is allowed', codes: [], refused: 'temperature' },
  { searchText: 'temperature: only 1 is allowed', codes: [], refused: 'temperature' },
  {
    searchText: 'temperature can only be set to 1 and that only be set to 1 is allowed',
    codes: [],
    refused: 'temperature',
  },
  { searchText: 'max_tokens: use max_completion_tokens', codes: [], refused: 'max_tokens' },
  { searchText: "max_tokens: use 'max_completion_tokens'", codes: [], refused: 'max_tokens' },
  { searchText: 'max_tokens: use `max_completion_tokens`', codes: [], refused: 'max_tokens' },
  { searchText: 'max_tokens: use "max_completion_tokens"', codes: [], refused: 'max_tokens' },
  { searchText: 'temperature: 3 is more than 2', codes: [], refused: undefined },
  { searchText: 'stream_options: no', codes: [], refused: 'stream_options' },
  { searchText: 'my_max_tokens is not supported', codes: [], refused: undefined },
  { searchText: 'top_k is not supported', codes: ['unsupported_parameter'], refused: undefined },
  {
    searchText: "'max_completion_tokens' is not supported, use 'max_tokens'",
    codes: [],
    refused: 'max_completion_tokens',
  },
  {
    searchText: '`temperature` and `top_p` cannot both be specified for this model.',
    codes: [],
    refused: 'temperature',
  },
  { searchText: 'top_p must be unset when thinking is enabled', codes: [], refused: 'top_p' },
  { searchText: 'Unrecognized request argument supplied: reasoning_effort', codes: [], refused: 'reasoning_effort' },
  {
    searchText: "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.",
    codes: [],
    refused: 'reasoning_effort',
  },
  { searchText: '该模型不支持 enable_thinking 参数', codes: [], refused: 'enable_thinking' },
  { searchText: '未知参数 top_p', codes: [], refused: 'top_p' },
  { searchText: '参数 thinking 不支持', codes: [], refused: 'thinking' },
  { searchText: 'chat_template_kwargs: Extra inputs are not permitted', codes: [], refused: 'chat_template_kwargs' },
  { searchText: "Unknown parameter: 'reasoning'.", codes: ['unknown_parameter'], refused: 'reasoning' },
  {
    searchText: "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
    codes: [],
    refused: 'reasoning',
  },
  { searchText: 'Unrecognized request argument supplied: thinking', codes: [], refused: 'thinking' },
  { searchText: 'thinking: Extra inputs are not permitted', codes: [], refused: 'thinking' },
  { searchText: 'thinking.budget_tokens: Extra inputs are not permitted', codes: [], refused: 'thinking' },
  { searchText: 'reasoning.effort: invalid option', codes: [], refused: 'reasoning' },
  { searchText: 'chat_template_kwargs must be an object', codes: [], refused: 'chat_template_kwargs' },
  { searchText: '推理强度仅支持 low、high', codes: [], refused: 'reasoning_effort' },
  { searchText: 'Thinking level MINIMAL is not supported for this model.', codes: [], refused: 'reasoning_effort' },
  { searchText: 'Thinking is not enabled for this model', codes: [], refused: 'reasoning_effort' },
  { searchText: 'temperature must be 1', codes: [], refused: undefined },
  { searchText: '`max_tokens` must be greater than `thinking.budget_tokens`.', codes: [], refused: 'thinking' },
  {
    searchText: 'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`.',
    codes: [],
    refused: undefined,
  },
  { searchText: 'reasoning_effort was high while the request failed', codes: [], refused: undefined },
  { searchText: 'Models that support thinking cannot be used here.', codes: [], refused: undefined },
  { searchText: 'This model does not support reasoning with images.', codes: [], refused: undefined },
  { searchText: 'An unexpected error occurred while the model was thinking.', codes: [], refused: undefined },
  { searchText: 'Unsupported field thinking mode', codes: [], refused: undefined },
  {
    searchText: 'messages.2.content.0.text.cache_control: Extra inputs are not permitted',
    codes: [],
    refused: 'cache_control',
  },
  {
    searchText: 'messages.3.content.0.thinking.cache_control: Extra inputs are not permitted',
    codes: [],
    refused: 'cache_control',
  },
  {
    searchText: 'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    codes: [],
    refused: 'cache_control',
  },
  { searchText: 'Unrecognized request argument supplied: prompt_cache_key', codes: [], refused: 'prompt_cache_key' },
  { searchText: 'reasoning_content is not allowed in messages', codes: [], refused: undefined },
];

describe('search for the refused parameter in a provider error', () => {
  for (const { searchText, codes, refused } of cases) {
    it(`finds ${refused ?? 'no parameter'} in the message ${JSON.stringify(searchText)} with ${codes.length === 0 ? 'no code' : `the code ${codes.join(' and ')}`}`, () => {
      assert.equal(findRefusedParameter({ ...noDetails, searchText, codes }), refused);
    });
  }

  it("prefers the error's `param` field to the error's message", () => {
    const searchText = 'max_tokens and temperature are not supported together';
    assert.equal(findRefusedParameter({ ...noDetails, searchText, param: 'temperature' }), 'temperature');
  });

  it('finds `cache_control` when the error names the field of a content part', () => {
    const param = 'messages.0.content.0.cache_control';
    assert.equal(findRefusedParameter({ ...noDetails, param }), 'cache_control');
  });

  it('finds `cache_control` in a quoted message of Bedrock', () => {
    const message = 'BedrockException - {"message":"extraneous key [cachePoint] is not permitted"}';
    assert.equal(findRefusedParameter({ ...noDetails, message }), 'cache_control');
  });

  it('finds `reasoning` when the error names the nested field `reasoning.effort`', () => {
    const codes = ['unsupported_parameter'];
    assert.equal(findRefusedParameter({ ...noDetails, codes, param: 'reasoning.effort' }), 'reasoning');
  });
});
