import assert from 'node:assert/strict';
import { factsOf } from '../../../src/engine/models/modelFacts';
import { demoSettings } from '../../../src/host/demo/demoSettings';
import { exportedRequest, type RequestToExport } from '../../../src/host/copyAsCode/exportedRequest';

const request = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hi' }],
  temperature: 0.2,
  maxTokens: 9,
} as const;
const retry = { maxRetries: 2, baseDelayMs: 500, maxDelayMs: 9000, jitter: 'equal', maxHintMs: 60_000 } as const;
const defaultTimeouts = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };

function exportRequest(changes: Partial<RequestToExport> = {}) {
  return exportedRequest({
    request,
    isOwn: true,
    baseUrl: 'https://a/v1',
    settings: { ...demoSettings, retry, timeout: defaultTimeouts },
    facts: factsOf(changes.request?.model ?? request.model),
    ...changes,
  });
}

describe('request that is copied as code', () => {
  it('contains the messages, the model, the parameters and the base URL of the request', () => {
    assert.deepEqual(exportRequest(), {
      baseUrl: 'https://a/v1',
      model: request.model,
      messages: request.messages,
      otherFields: { temperature: 0.2, max_tokens: 9, stream: true },
      retry,
      idleTimeoutMs: 120_000,
      isOwn: true,
    });
  });

  it('is marked as a demo request if the original request was sent to the offline demo', () => {
    assert.equal(exportRequest({ isOwn: false }).isOwn, false);
  });

  it('contains the default temperature and token limit only if the model accepts them', () => {
    const parametersFor = (model: string) => {
      const defaults = { temperature: 0.7, maxTokens: 2048 };
      return exportRequest({ request: { model, messages: [], defaults } }).otherFields;
    };
    assert.deepEqual(parametersFor('gpt-4o'), { temperature: 0.7, max_tokens: 2048, stream: true });
    assert.deepEqual(parametersFor('deepseek-r1'), { temperature: 0.7, stream: true });
    assert.deepEqual(parametersFor('gpt-5'), { stream: true });
  });

  it('contains the token limit of the request under the name that the model accepts', () => {
    const { otherFields } = exportRequest({ request: { model: 'gpt-5', messages: [], maxTokens: 4096 } });
    assert.deepEqual(otherFields, { max_completion_tokens: 4096, stream: true });
  });

  it("contains the reasoning effort in the gateway's format", () => {
    const exported = (baseUrl: string) =>
      exportRequest({
        baseUrl,
        facts: undefined,
        request: { model: 'm', messages: [], defaults: { maxTokens: 2048 }, reasoningEffort: 'high' },
      });
    const { otherFields } = exported('https://openrouter.ai/api/v1');
    assert.deepEqual(otherFields, { stream: true, reasoning: { effort: 'high' } });
    assert.deepEqual(exported('https://a/v1').otherFields, { stream: true, reasoning_effort: 'high' });
    const thinking = { model: 'claude-sonnet-4-5', messages: [], maxTokens: 4096, reasoningEffort: 'high' } as const;
    const { otherFields: limited } = exportRequest({ baseUrl: 'https://api.anthropic.com/v1', request: thinking });
    assert.deepEqual(limited['thinking'], { type: 'enabled', budget_tokens: 1638 });
  });

  it("contains the additional body fields from the user's settings", () => {
    const extraBody = { top_k: 5, messages: [], stream: false };
    const { otherFields } = exportRequest({ facts: { extraBody } });
    assert.deepEqual(otherFields, { temperature: 0.2, max_tokens: 9, stream: true, top_k: 5 });
  });

  it('contains images, but neither tool results nor empty answers', () => {
    const image = { type: 'image', mimeType: 'image/png', data: 'aGk=' } as const;
    const { messages } = exportRequest({
      request: {
        ...request,
        messages: [
          { role: 'user', content: [image, { type: 'text', text: 'What is this?' }] },
          { role: 'assistant', content: '' },
          { role: 'tool', toolCallId: '1', content: '42' },
          { role: 'assistant', content: 'A picture.' },
        ],
      },
    });
    assert.deepEqual(messages, [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
          { type: 'text', text: 'What is this?' },
        ],
      },
      { role: 'assistant', content: 'A picture.' },
    ]);
  });

  it('contains cache marks for a model that requires them', () => {
    const question = 'word '.repeat(1000);
    const { messages } = exportRequest({
      request: {
        model: 'claude-opus-4',
        messages: [
          { role: 'user', content: question },
          { role: 'assistant', content: 'Yes.' },
          { role: 'user', content: 'Why?' },
        ],
      },
    });
    assert.deepEqual(messages, [
      { role: 'user', content: [{ type: 'text', text: question }] },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: [{ type: 'text', text: 'Why?', cache_control: { type: 'ephemeral' } }] },
    ]);
  });

  it('contains a longer idle timeout for a reasoning model', () => {
    assert.equal(exportRequest({ request: { ...request, model: 'deepseek-r1' } }).idleTimeoutMs, 270_000);
  });

  it('has an idle timeout that equals the first-token timeout from the settings', () => {
    const timeout = { ...defaultTimeouts, firstTokenMs: 7000 };
    assert.equal(exportRequest({ settings: { ...demoSettings, retry, timeout } }).idleTimeoutMs, 7000);
  });
});
