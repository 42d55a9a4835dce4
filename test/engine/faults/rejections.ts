import type { RowId } from '../../../src/engine/faults/faultTable';

/** An error response as a provider sends it, and the number of the fault that it is classified as. */
export interface Rejection {
  readonly name: string;
  readonly status: number;
  readonly row: RowId;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const openai = (message: string, type: string, code: string | null = null, param: string | null = null): unknown => ({
  error: { message, type, param, code },
});
const anthropic = (type: string, message: string): unknown => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_01',
});
const gemini = (code: number, status: string, message: string, details: readonly unknown[] = []): unknown => [
  { error: { code, message, status, details } },
];
const oneApi = (message: string, code: string | null = null, type = 'one_api_error'): unknown => ({
  error: { message: `${message} (request id: 20260115090000)`, type, param: '', code },
});
const mistral = (message: unknown, type: string, code: string | null = null): unknown => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
});
const openrouter = (code: number, message: string, metadata?: unknown): unknown => ({
  error: { message, code, metadata },
  user_id: 'u',
});
const webPage =
  '<html><head><title>502 Bad Gateway</title></head><body>model not found, insufficient balance</body></html>';

const dayQuota = {
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
};
const retryIn36s = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36s' };

type RejectionTuple = readonly [
  row: RowId,
  status: number,
  name: string,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
];

const tuples: readonly RejectionTuple[] = [
  [9, 301, 'a redirect', ''],
  [9, 308, 'a redirect that mentions credit', 'insufficient_quota'],

  [7, 407, 'a proxy that requires a sign-in', webPage],

  [15, 400, 'empty body', ''],
  [
    15,
    400,
    'OpenAI: invalid value',
    openai(
      "Invalid type for 'messages[0].content': expected a string.",
      'invalid_request_error',
      'invalid_type',
      'messages[0].content',
    ),
  ],
  [
    15,
    400,
    'OpenAI: max_tokens above the limit of the model',
    openai(
      'max_tokens is too large: 300000. This model supports at most 16384 completion tokens.',
      'invalid_request_error',
      'invalid_value',
      'max_tokens',
    ),
  ],
  [
    24,
    400,
    'Gemini: unsupported region',
    gemini(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
  ],
  [
    15,
    400,
    'Mistral: invalid order of messages',
    mistral("Unexpected role 'user' after role 'tool'", 'invalid_request_message_order', '3230'),
  ],
  [15, 400, 'DashScope: invalid request', openai('bad request', 'invalid_request_error', 'invalid_parameter_error')],
  [15, 400, 'web page', webPage],
  [15, 400, 'a message about model output', openai('Model output is invalid JSON', 'invalid_request_error')],
  [
    15,
    400,
    'a quotation of the prompt about context',
    openai(
      "Invalid value: 'Why is the maximum context length exceeded?'. Supported values are: 'a'.",
      'invalid_request_error',
      'invalid_value',
    ),
  ],
  [
    15,
    400,
    'a quotation of the prompt about models',
    openai('Bad content: "my model gpt-4o is not found, and the api key is invalid"', 'invalid_request_error'),
  ],
  [
    15,
    400,
    'a quotation of the prompt about credit',
    openai('Bad content: “insufficient balance, 余额不足”', 'invalid_request_error'),
  ],
  [
    15,
    400,
    'a parameter value out of range',
    openai('temperature: range: 0..1', 'invalid_request_error', null, 'temperature'),
  ],
  [
    15,
    400,
    'vLLM: max_tokens above the context length',
    mistral(
      "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 4096 tokens and your request has 100 input tokens",
      'BadRequestError',
    ),
  ],

  [
    16,
    400,
    'OpenAI: context too long',
    openai(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.",
      'invalid_request_error',
      'context_length_exceeded',
      'messages',
    ),
  ],
  [
    16,
    400,
    'Anthropic: context too long',
    anthropic('invalid_request_error', 'prompt is too long: 208310 tokens > 200000 maximum'),
  ],
  [
    16,
    400,
    'Anthropic: context too long with the output',
    anthropic('invalid_request_error', 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000'),
  ],
  [
    16,
    400,
    'Gemini: context too long',
    gemini(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ),
  ],
  [
    16,
    400,
    'DeepSeek: context too long',
    openai(
      "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens.",
      'invalid_request_error',
      'invalid_request_error',
    ),
  ],
  [
    16,
    400,
    'Qwen: context too long',
    openai('Range of input length should be [1, 30720]', 'invalid_request_error', 'invalid_parameter_error'),
  ],
  [
    16,
    400,
    'llama.cpp: context too long',
    openai('the request exceeds the available context size, try increasing it', 'exceed_context_size_error'),
  ],
  [
    16,
    400,
    "OpenRouter: the provider's context too long",
    openrouter(400, 'Provider returned error', {
      raw: '{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}',
    }),
  ],
  [16, 400, 'one-api: context too long, in Chinese', oneApi('上下文长度超过模型限制')],
  [
    16,
    413,
    'context too long as a 413',
    anthropic('invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum'),
  ],
  [16, 500, 'context too long as a 500, by its code', oneApi('upstream error', 'context_length_exceeded')],

  [
    17,
    400,
    'OpenAI: unsupported max_tokens',
    openai(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'invalid_request_error',
      'unsupported_parameter',
      'max_tokens',
    ),
  ],
  [
    17,
    400,
    'OpenAI: unsupported temperature',
    openai(
      "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
      'invalid_request_error',
      'unsupported_value',
      'temperature',
    ),
  ],
  [
    17,
    400,
    'unsupported parameter named only in the param field',
    openai('This value is not supported.', 'invalid_request_error', null, 'temperature'),
  ],
  [17, 400, 'any message about stream_options', openai('stream_options: no', 'invalid_request_error')],
  [
    17,
    400,
    'Azure: unsupported stream_options',
    openai('Unrecognized request argument supplied: stream_options', 'invalid_request_error'),
  ],
  [
    17,
    400,
    'Moonshot: unsupported temperature',
    openai('invalid temperature: only 1 is allowed for this model', 'invalid_request_error'),
  ],
  [
    17,
    400,
    'Anthropic: unsupported temperature',
    anthropic('invalid_request_error', '`temperature` may only be set to 1 when thinking is enabled.'),
  ],
  [
    17,
    422,
    'Mistral: unsupported stream_options',
    { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] },
  ],
  [
    17,
    422,
    'Mistral: unsupported stream_options nested in a message',
    mistral(
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] },
      'invalid_request_error',
    ),
  ],
  [
    17,
    400,
    'Gemini: unknown field',
    gemini(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.'),
  ],

  [
    18,
    400,
    'Anthropic: unsupported prefill',
    anthropic(
      'invalid_request_error',
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    ),
  ],
  [
    18,
    400,
    'Mistral: unsupported prefill',
    mistral(
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      'invalid_request_error',
    ),
  ],

  [
    19,
    400,
    'Azure: content filter',
    {
      error: {
        message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
  ],
  [
    19,
    400,
    'OpenAI: content policy',
    openai(
      'Your request was rejected as a result of our safety system.',
      'invalid_request_error',
      'content_policy_violation',
    ),
  ],
  [
    19,
    400,
    'Anthropic: content filter',
    anthropic('invalid_request_error', 'Output blocked by content filtering policy: content_filter'),
  ],
  [
    19,
    400,
    'Moonshot: content risk',
    openai('The request was rejected because it was considered high risk', 'content_filter'),
  ],
  [19, 400, 'DeepSeek: content risk', openai('Content Exists Risk', 'invalid_request_error', 'invalid_request_error')],
  [
    19,
    400,
    'Qwen: content inspection',
    openai('Input data may contain inappropriate content.', 'data_inspection_failed', 'data_inspection_failed'),
  ],
  [
    19,
    400,
    'Zhipu: content filter, in Chinese',
    {
      error: {
        code: '1301',
        message: '系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语。',
      },
    },
  ],
  [
    19,
    403,
    'OpenRouter: moderation',
    openrouter(403, 'openai/gpt-4o requires moderation. Your input was flagged for "violence"', {
      reasons: ['violence'],
      flagged_input: '…',
    }),
  ],

  [
    20,
    404,
    'OpenAI: unknown model',
    openai(
      'The model `gpt-9` does not exist or you do not have access to it.',
      'invalid_request_error',
      'model_not_found',
    ),
  ],
  [
    20,
    404,
    'OpenAI: unknown model, without its code',
    openai('The model `gpt-9` does not exist or you do not have access to it.', 'invalid_request_error'),
  ],
  [
    20,
    403,
    'OpenAI: model of another project',
    openai('Project `proj_x` does not have access to model `gpt-4o`', 'invalid_request_error', 'model_not_found'),
  ],
  [
    20,
    404,
    'Azure: unknown deployment',
    { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } },
  ],
  [20, 404, 'Anthropic: unknown model', anthropic('not_found_error', 'model: claude-9')],
  [
    20,
    404,
    'Gemini: unknown model',
    gemini(
      404,
      'NOT_FOUND',
      'models/gemini-9 is not found for API version v1main, or is not supported for generateContent. Call ListModels to see the list.',
    ),
  ],
  [20, 400, 'DeepSeek: unknown model', openai('Model Not Exist', 'invalid_request_error', 'invalid_request_error')],
  [20, 400, 'Mistral: unknown model', mistral('Invalid model: mistral-9', 'invalid_model', '1500')],
  [
    20,
    404,
    'vLLM: unknown model',
    { object: 'error', message: 'The model `qwen9` does not exist.', type: 'NotFoundError', param: null, code: 404 },
  ],
  [20, 404, 'Ollama: unknown model', openai("model 'qwen9' not found, try pulling it first", 'api_error')],
  [
    20,
    404,
    'Moonshot: unknown model',
    openai('Not found the model kimi-9 or Permission denied', 'resource_not_found_error'),
  ],
  [20, 400, 'OpenRouter: unknown model', openrouter(400, 'foo/bar is not a valid model ID')],
  [20, 404, 'OpenRouter: no endpoints for the model', openrouter(404, 'No endpoints found for foo/bar.')],
  [
    20,
    400,
    'LiteLLM: unknown model',
    openai(
      '/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.',
      'None',
      '400',
    ),
  ],
  [
    67,
    503,
    'new-api: no channel for the model',
    oneApi('当前分组 default 下对于模型 gpt-9 无可用渠道（distributor）', 'model_not_found', 'new_api_error'),
  ],
  [
    67,
    503,
    'one-api: no channel for the model, without a code',
    oneApi('当前分组 default 下对于模型 gpt-9 无可用渠道'),
  ],
  [
    67,
    503,
    'one-api: no channel for the model, in English',
    oneApi('No available channel for model gpt-9 under group default'),
  ],
  [20, 400, 'Zhipu: unknown model, in Chinese', { error: { code: '1211', message: '模型不存在，请检查模型代码。' } }],
  [20, 410, 'Groq: removed model, by its code', openai('gone', 'invalid_request_error', 'model_not_found')],
  [
    20,
    400,
    'Groq: removed model',
    openai(
      'The model `mixtral-8x7b-32768` has been decommissioned and is no longer supported.',
      'invalid_request_error',
      'model_decommissioned',
    ),
  ],

  [
    21,
    401,
    'OpenAI: invalid key',
    openai(
      'Incorrect API key provided: hsa-****. You can find your API key at https://example.org.',
      'invalid_request_error',
      'invalid_api_key',
    ),
  ],
  [
    21,
    401,
    'DeepSeek: invalid key',
    openai('Authentication Fails (no such user)', 'authentication_error', 'invalid_request_error'),
  ],
  [
    21,
    401,
    'a key without access to the model',
    openai('Invalid API key: the model gpt-4o is not available to it', 'invalid_request_error', 'model_not_found'),
  ],
  [
    21,
    400,
    'a key without access to the model, as a 400',
    openai('Invalid API key: the model gpt-4o is not available to it', 'invalid_request_error'),
  ],
  [21, 401, 'one-api: invalid key, in Chinese', oneApi('无效的令牌')],
  [
    21,
    400,
    'Gemini: invalid key',
    gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
      { reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
    ]),
  ],
  [21, 401, 'OpenRouter: no key', openrouter(401, 'No auth credentials found')],
  [21, 400, 'invalid key, by its code', openai('no', 'invalid_request_error', 'invalid_api_key')],
  [21, 403, 'invalid key, by its code', openai('no', 'forbidden', 'invalid_api_key')],
  [21, 403, 'invalid key, by the message', openai('Invalid API key', 'forbidden')],
  [21, 401, 'web page', webPage],

  [22, 402, 'empty body', ''],
  [22, 402, 'DeepSeek: insufficient balance', openai('Insufficient Balance', 'unknown_error', 'invalid_request_error')],
  [
    22,
    402,
    'OpenRouter: insufficient credits',
    openrouter(
      402,
      'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 1234.',
    ),
  ],
  [
    22,
    429,
    'OpenAI: exhausted quota',
    openai(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ),
  ],
  [
    22,
    429,
    'OpenAI: exhausted quota with a retry-after',
    openai(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ),
    { 'retry-after': '20' },
  ],
  [
    22,
    429,
    'exhausted quota, by the message',
    openai('You exceeded your current quota, please check your plan and billing details.', 'upstream_error'),
  ],
  [
    22,
    400,
    'Anthropic: credit balance too low',
    anthropic(
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
  ],
  [
    22,
    400,
    'Anthropic: spend limit',
    anthropic(
      'invalid_request_error',
      'You have reached your specified API usage limits. You will regain access on 2026-02-01 at 00:00 UTC.',
    ),
  ],
  [
    22,
    429,
    'Moonshot: exhausted quota',
    openai(
      'Your account org-x is suspended, please check your plan and billing details',
      'exceeded_current_quota_error',
    ),
  ],
  [
    22,
    403,
    'Moonshot: exhausted quota as a 403',
    openai(
      'Your account is not active, organization exceeded current quota, please check your plan and billing details',
      'exceeded_current_quota_error',
    ),
  ],
  [22, 403, 'one-api: exhausted quota', oneApi('user quota is not enough', 'insufficient_user_quota')],
  [
    22,
    403,
    'new-api: insufficient quota, in Chinese',
    oneApi('预扣费额度失败, 用户剩余额度: ¥0.230000, 需要预扣费额度: ¥0.290000', null, 'new_api_error'),
  ],
  [22, 401, 'one-api: key with an exhausted quota', oneApi('该令牌额度已用尽')],
  [
    22,
    400,
    'Qwen: account in arrears',
    openai('Access denied, please make sure your account is in good standing.', 'Arrearage', 'Arrearage'),
  ],
  [
    22,
    429,
    'Zhipu: insufficient balance, in Chinese',
    { error: { code: '1113', message: '余额不足或无可用资源包,请充值。' } },
  ],
  [22, 403, 'a spend limit', openai('You have exceeded your monthly spend limit.', 'forbidden')],
  [
    22,
    403,
    'OpenRouter: spend limit of the key',
    openrouter(403, 'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys'),
  ],
  [22, 500, 'one-api: exhausted quota as a 500', oneApi('insufficient quota', 'insufficient_quota')],

  [
    23,
    402,
    'exhausted budget with a retry-after',
    openai('Budget exceeded', 'budget_exceeded'),
    { 'retry-after': '30' },
  ],
  [
    23,
    402,
    'exhausted budget with a retry-after in the message',
    openai('Daily budget used up. Try again in 2m.', 'budget_exceeded'),
  ],

  [24, 403, 'empty body', ''],
  [24, 403, 'Gemini: permission denied', gemini(403, 'PERMISSION_DENIED', 'Permission denied on resource project x.')],
  [
    24,
    403,
    'OpenAI: unsupported country',
    openai('Country, region, or territory not supported', 'request_forbidden', 'unsupported_country_region_territory'),
  ],
  [24, 403, 'model without permission', openai('Access to the model gpt-4o is not permitted', 'permission_error')],
  [24, 403, 'web page of a firewall', webPage],

  [25, 404, 'empty body', ''],
  [25, 404, 'OpenAI: unknown path', openai('Invalid URL (POST /v1/chat/completion)', 'invalid_request_error')],
  [25, 404, 'Azure: unknown path', { error: { code: '404', message: 'Resource not found' } }],
  [25, 404, 'FastAPI: unknown path', { detail: 'Not Found' }],
  [25, 404, 'Express: unknown path', '<!DOCTYPE html><pre>Cannot POST /chat/completions</pre>'],
  [25, 404, 'plain text', '404 page not found'],
  [
    25,
    404,
    'a message that mentions models',
    openai('Nothing here. See the list of models: /v1/models', 'not_found_error'),
  ],
  [25, 404, 'Anthropic: unknown path', anthropic('not_found_error', 'Not Found')],

  [26, 408, 'a timeout', ''],
  [27, 409, 'a conflict', openai('conflict', 'conflict_error')],
  [27, 425, 'too early', ''],
  [28, 413, 'nginx: web page', webPage],
  [28, 413, 'Anthropic: request too large', anthropic('request_too_large', 'Request exceeds the maximum size')],
  [
    28,
    413,
    'Groq: request larger than the rate limit',
    openai(
      'Request too large for model `llama` in organization `org_x` on tokens per minute (TPM): Limit 6000, Requested 20000, please reduce your message size and try again.',
      'tokens',
      'rate_limit_exceeded',
    ),
  ],
  [
    28,
    429,
    'OpenAI: request larger than the rate limit',
    openai(
      'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 40000.',
      'tokens',
      'rate_limit_exceeded',
    ),
  ],
  [
    29,
    422,
    'FastAPI: invalid parameter',
    {
      detail: [
        {
          loc: ['body', 'messages', 0, 'content'],
          msg: 'Input should be a valid string',
          type: 'string_type',
          input: 'the model gpt-4o is not found',
        },
      ],
    },
  ],
  [29, 422, 'empty body', ''],

  [30, 429, 'retry-after header', '', { 'retry-after': '37' }],
  [
    30,
    429,
    'OpenAI: retry-after in the message',
    openai(
      'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000. Please try again in 20s.',
      'tokens',
      'rate_limit_exceeded',
    ),
  ],
  [
    30,
    429,
    'Groq: daily tokens with a retry-after',
    openai(
      'Rate limit reached for model `llama` on tokens per day (TPD): Limit 100000. Please try again in 12m2.304s.',
      'tokens',
      'rate_limit_exceeded',
    ),
  ],
  [
    30,
    429,
    'Azure: retry-after in the message',
    openai('Requests have exceeded token rate limit. Please retry after 22 seconds.', 'requests', '429'),
  ],
  [
    30,
    429,
    'Gemini: RetryInfo',
    gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.', [
      retryIn36s,
    ]),
  ],
  [
    30,
    429,
    'Moonshot: retry-after in the message',
    openai('request reached organization max RPM: 3, please try again after 1 seconds', 'rate_limit_reached_error'),
  ],
  [
    30,
    429,
    'OpenRouter: daily limit with a reset time',
    openrouter(
      429,
      'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
      { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1768521600000' } },
    ),
  ],

  [31, 429, 'empty body', ''],
  [31, 429, 'OpenAI: rate limit', openai('Rate limit reached for requests', 'requests', 'rate_limit_exceeded')],
  [
    31,
    429,
    'Anthropic: rate limit',
    anthropic(
      'rate_limit_error',
      "This request would exceed your organization's rate limit of 40,000 input tokens per minute.",
    ),
  ],
  [
    31,
    429,
    'Gemini: exhausted quota without RetryInfo',
    gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.'),
  ],
  [
    31,
    429,
    'Gemini: exhausted capacity',
    gemini(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
  ],
  [
    31,
    429,
    'OpenRouter: rate limit of the provider',
    openrouter(429, 'Provider returned error', {
      raw: 'google/gemini:free is temporarily rate-limited upstream. Please retry shortly, or add your own key.',
    }),
  ],
  [
    31,
    429,
    'Qwen: rate limit',
    openai('Requests rate limit exceeded, please try again later.', 'limit_requests', 'limit_requests'),
  ],
  [
    31,
    429,
    'Zhipu: rate limit, in Chinese',
    { error: { code: '1302', message: '您的账户已达到速率限制，请您控制请求频率' } },
  ],
  [
    31,
    429,
    'rate limit that mentions a model',
    openai('The model gpt-4o is not available at this rate', 'requests', 'rate_limit_exceeded'),
  ],

  [
    32,
    429,
    'OpenAI: daily requests',
    openai(
      'Rate limit reached for gpt-4o on requests per day (RPD): Limit 200, Used 200.',
      'requests',
      'rate_limit_exceeded',
    ),
  ],
  [
    32,
    429,
    'daily tokens',
    openai('Rate limit reached on tokens per day (TPD): Limit 100000.', 'tokens', 'rate_limit_exceeded'),
  ],
  [
    32,
    429,
    'Gemini: daily quota with a short RetryInfo',
    gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [dayQuota, retryIn36s]),
  ],
  [32, 429, 'Zhipu: daily limit, in Chinese', { error: { code: '1304', message: '该API已达今日调用次数限额' } }],

  [
    33,
    500,
    'OpenAI: server error',
    openai('The server had an error while processing your request. Sorry about that!', 'server_error'),
  ],
  [
    33,
    500,
    'server error that mentions a model',
    openai('The model gpt-4o is not available right now', 'server_error'),
  ],
  [33, 500, 'Gemini: internal error', gemini(500, 'INTERNAL', 'An internal error has occurred.')],
  [33, 500, 'Anthropic: internal error', anthropic('api_error', 'Internal server error')],
  [33, 500, 'web page', webPage],
  [34, 502, 'nginx: web page', webPage],
  [
    34,
    502,
    'OpenRouter: provider error',
    openrouter(502, 'Provider returned error', { raw: 'upstream connect error' }),
  ],
  [34, 520, 'Cloudflare: web page', webPage],
  [34, 521, 'Cloudflare: web page', webPage],
  [34, 522, 'Cloudflare: web page', webPage],
  [34, 523, 'Cloudflare: web page', webPage],
  [35, 503, 'empty body', ''],
  [35, 503, 'Gemini: overloaded model', gemini(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')],
  [35, 503, 'OpenAI: slow down', openai('Slow down', 'server_error', 'slow_down')],
  [35, 503, 'overload with a retry-after', openai('busy', 'server_error'), { 'retry-after': '10' }],
  [35, 529, 'Anthropic: overloaded', anthropic('overloaded_error', 'Overloaded')],
  [35, 500, 'overload, by its code', openai('failed', 'server_error', 'overloaded')],
  [
    35,
    500,
    'OpenAI: overload, by the message',
    openai('That model is currently overloaded with other requests.', 'server_error'),
  ],
  [
    35,
    429,
    'Moonshot: overload',
    openai('The engine is currently overloaded, please try again later', 'engine_overloaded_error'),
  ],
  [35, 429, 'overload, by its code', openai('no', 'engine_overloaded_error')],
  [35, 429, 'overload, by the message', openai('The engine is currently overloaded', 'server_error')],
  [
    35,
    500,
    'new-api: saturated upstreams, in Chinese',
    oneApi('当前分组上游负载已饱和，请稍后再试', null, 'new_api_error'),
  ],
  [36, 504, 'nginx: web page', webPage],
  [
    36,
    504,
    'Gemini: deadline exceeded',
    gemini(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'),
  ],
  [36, 524, 'Cloudflare: web page', webPage],
  [37, 525, 'Cloudflare: web page', webPage],
  [37, 526, 'Cloudflare: web page', webPage],

  [38, 100, 'an informational status', ''],
  [38, 205, 'a success without an answer', ''],
  [38, 205, 'a success without an answer that mentions credit', 'insufficient balance'],
  [38, 600, 'an undefined status that mentions credit', 'insufficient balance'],
  [38, 405, 'method not allowed', webPage],
  [25, 410, 'gone', ''],
  [38, 418, "I'm a teapot", ''],
  [38, 451, 'unavailable for legal reasons', ''],
  [38, 501, 'not implemented', ''],
  [34, 530, 'Cloudflare: origin error', webPage],
  [38, 999, 'an undefined status', ''],

  [
    68,
    401,
    "new-api: the gateway's own key rejected",
    oneApi('Incorrect API key provided: sk-x', 'invalid_api_key', 'invalid_request_error'),
  ],
  [
    68,
    401,
    "new-api: the gateway's own key rejected, by the header",
    openai('Incorrect API key provided: sk-x', 'invalid_request_error', 'invalid_api_key'),
    { 'x-oneapi-request-id': '20260115090000' },
  ],
  [
    68,
    401,
    "LiteLLM: the gateway's own key rejected",
    openai(
      'litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided',
      'auth_error',
    ),
  ],
  [
    22,
    401,
    'new-api: exhausted key',
    oneApi('This token quota is exhausted TokenStatusExhausted[sk-x]', '', 'new_api_error'),
  ],
  [22, 401, 'new-api: exhausted key, in traditional Chinese', oneApi('該令牌額度已用盡', '', 'new_api_error')],
  [
    22,
    400,
    "LiteLLM: the provider's balance too low",
    openai(
      'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}. Received Model Group=claude',
      'None',
      '400',
    ),
  ],
  [
    22,
    400,
    'LiteLLM: exceeded budget',
    openai(
      'Authentication Error, ExceededTokenBudget: Current spend for token: 2; Max Budget for Token: 1',
      'auth_error',
      '400',
    ),
  ],
  [22, 500, 'MiniMax: insufficient balance', openai('insufficient balance (1008)', 'api_error')],
  [
    22,
    429,
    'DashScope: exhausted free quota',
    openai('Free allocated quota exceeded.', 'insufficient_quota', 'insufficient_quota'),
  ],
  [
    16,
    400,
    'new-api: quoted body of the provider',
    oneApi(
      'bad response status code 400, body: {"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
      'bad_response_status_code',
      'upstream_error',
    ),
  ],
  [19, 500, 'MiniMax: content filter, by its code', openai('input new_sensitive (1026)', 'api_error')],
  [
    19,
    403,
    'moderation that mentions credits',
    openai('Your prompt was flagged by moderation. No credits remaining were charged', 'invalid_request_error'),
  ],
  [21, 401, 'One Hub: invalid key', oneApi('无效的令牌 (request id: 2026011509000000)', '', 'one_hub_error')],
  [24, 429, 'Zhipu: locked account', { error: { code: '1112', message: '您的账户已被锁定,请联系客服解锁' } }],
  [31, 429, 'exhausted quota per minute', openai('每分钟请求额度已用尽', 'insufficient_quota')],
  [31, 429, 'rate limit that a top-up would raise', openai('请求过于频繁，请充值提升速率', 'api_error')],
  [
    31,
    500,
    'Bedrock: throttled',
    openai('ThrottlingException: Too many tokens, please wait before trying again.', 'api_error'),
  ],
  [32, 429, 'DashScope: weekly quota', openai('week allocated quota exceeded', 'limit')],
  [32, 500, 'daily limit as a 500', openai('今日调用次数已达上限', 'api_error')],
  [
    33,
    500,
    'DeepSeek: server error with the code of a bad request',
    openai('Internal Server Error', 'server_error', 'invalid_request_error'),
  ],
  [
    33,
    500,
    'new-api: no key for the channel',
    oneApi('No available channel keys', 'channel:no_available_key', 'new_api_error'),
  ],
  [35, 503, 'a retry budget, not a lack of credit', openai('Retry budget exceeded for upstream', 'api_error')],
  [
    35,
    429,
    'new-api: saturated upstreams, in traditional Chinese',
    openai('當前分組上游負載已飽和', 'insufficient_quota', 'insufficient_quota'),
  ],
  [35, 402, 'saturated upstreams as a 402', openai('当前分组上游负载已饱和', 'api_error')],
  [15, 400, 'a missing key of a JSON object', openai("missing key 'type' in tools[0]", 'invalid_request_error')],
  [15, 400, 'an invalid JSON token', openai('Invalid token at position 5 in JSON', 'invalid_request_error')],
  [15, 400, 'a quotation about credit next to Chinese', openai('参数"请充值100元"类型错误', 'invalid_request_error')],
  [
    67,
    503,
    'new-api: no channel, in traditional Chinese',
    oneApi('分組 default 下模型 gpt-4o 無可用管道', 'model_not_found', 'new_api_error'),
  ],
  [
    68,
    401,
    "LiteLLM: the gateway's own key rejected, quoted as JSON",
    openai(
      'litellm.AuthenticationError: AnthropicException - {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
      'auth_error',
    ),
  ],
  [33, 500, 'server error with a wait in minutes', openai('服务异常，请几分钟后重试', 'api_error')],
  [34, 502, 'maintenance today', openai('今日系统升级维护', 'api_error')],
  [
    22,
    429,
    'exhausted free quota with a retry-after',
    openai('Your free quota is exhausted. Please top up.', 'api_error'),
    { 'retry-after': '30' },
  ],
  [15, 400, 'new-api: parameter rejected by the provider', oneApi('上游返回错误：messages 参数非法')],
  [
    15,
    400,
    'advice to retry with another request',
    openai('messages: at least one message is required, please retry with a message', 'invalid_request_error'),
  ],
  [
    15,
    400,
    'image that the provider cannot download',
    openai('Failed to download image: connection timed out', 'invalid_request_error'),
  ],
  [
    15,
    400,
    'value about a connection',
    openai('Invalid value for stream: connection closed flag must be a boolean', 'invalid_request_error'),
  ],
  [
    15,
    400,
    'parameter whose value is about a stream',
    openai('Stream closed must be a boolean', 'invalid_request_error', null, 'stream'),
  ],
  [45, 400, 'timeout of the provider', openai('Upstream request timed out', 'invalid_request_error')],
  [45, 400, 'timeout of the provider, in Chinese', oneApi('上游请求超时')],
  [45, 422, 'connection of the provider', openai('The upstream connection was reset', 'invalid_request_error')],
  [32, 401, 'daily limit', openai('You have used all requests', 'invalid_request_error', 'DAILY_LIMIT_EXCEEDED')],
  [
    30,
    401,
    'usage limit with the time of its reset',
    { code: 'USAGE_LIMIT_EXCEEDED', message: 'Usage limit exceeded', resetAt: '2026-01-15T10:00:00Z' },
  ],
  [21, 401, 'key rejected by its code, with the code of a limit', openai('no', 'rate_limit_error', 'invalid_api_key')],
  [21, 401, 'key rejected by its message, with the code of a limit', openai('Invalid API key', 'rate_limit_error')],
  [31, 429, 'too many failed logins', openai('Too many login failures, slow down', 'api_error')],
  [
    31,
    429,
    'advice for suspended accounts',
    openai('Too many requests. If your account is suspended contact support.', 'api_error'),
  ],
  [31, 429, 'link to a page about limits', openai('Rate limited. See our daily limits page.', 'api_error')],
  [31, 429, 'many requests today', openai('今天请求较多，请稍后再试', 'api_error')],
  [31, 429, 'rate limit of an account', openai('Your account has reached its rate limit', 'api_error')],
  [32, 429, 'limit of an account', openai('Your account has reached its limit', 'api_error')],
  [24, 429, 'suspended account', openai('Your account has been suspended', 'api_error')],
  [21, 429, 'disabled key', openai('该令牌已被禁用', 'api_error')],
  [20, 400, 'CLIProxyAPI: unknown model', openai('unknown provider for model gpt-9', 'invalid_request_error')],
  [
    20,
    404,
    'NVIDIA NIM: unknown function',
    { status: 404, title: 'Not Found', detail: "Function '9b96341b': Not found for account 'vrFQxwTq'" },
  ],
  [
    35,
    400,
    'NVIDIA NIM: degraded function',
    { status: 400, title: 'Bad Request', detail: "Function id '9b96341b': DEGRADED function cannot be invoked" },
  ],
  [35, 500, 'Spark: busy service', { code: 10110, message: 'service busy' }],
  [
    22,
    502,
    'TensorZero: quota in a quoted error',
    { error: 'All model providers failed to infer: openai: {"error":{"message":"no","code":"insufficient_quota"}}' },
  ],
  [
    22,
    502,
    'quota in an error quoted in plain text',
    'All model providers failed to infer: openai: {"error":{"message":"no","code":"insufficient_quota"}}',
  ],
  [
    24,
    400,
    'Tencent: account without permission for the service',
    { Response: { Error: { Code: 'FailedOperation.UserUnAuthError', Message: 'no' } } },
  ],
  [24, 400, 'Groq: restricted organization', openai('no', 'invalid_request_error', 'organization_restricted')],
  [31, 400, 'Bedrock: throttling, by its code', { __type: 'com.amazon.x#ThrottlingException', message: 'no' }],
  [31, 400, 'Bedrock: throttling, by its message', { message: 'Rate exceeded' }],
  [31, 400, 'too many parallel requests, in Chinese', openai('当前并发数超过限制', 'invalid_request_error')],
  [31, 400, 'too many parallel requests', openai('Too many concurrent requests', 'invalid_request_error')],
  [32, 429, 'daily quota', openai('Daily quota exhausted', 'api_error')],
  [32, 403, 'daily quota as a 403', openai('Daily quota exhausted', 'api_error')],
  [69, 403, 'Cloudflare: challenge, by its header', webPage, { 'cf-mitigated': 'challenge' }],
  [69, 503, 'Cloudflare: challenge, by its title', '<title>Just a moment...</title>', { server: 'cloudflare' }],
  [
    70,
    500,
    'new-api: model without a price',
    oneApi('模型 gpt-4o 的价格尚未由管理员配置', 'model_price_error', 'new_api_error'),
  ],
];

export const rejections: readonly Rejection[] = tuples.map(([row, status, name, body, headers]) => ({
  row,
  status,
  name,
  body,
  ...(headers ? { headers } : {}),
}));
