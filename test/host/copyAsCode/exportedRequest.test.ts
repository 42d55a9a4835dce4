import assert from 'node:assert/strict';
import { exportedRequest, texts, type RequestToExport } from '../../../src/host/copyAsCode/exportedRequest';

const request = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hi' }],
  temperature: 0.2,
  maxTokens: 9,
} as const;
const retry = { maxRetries: 2, baseDelayMs: 500, maxDelayMs: 9000, jitter: 'equal', maxHintMs: 60_000 } as const;
const unset = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };

function taken(changes: Partial<RequestToExport> = {}) {
  const settings = { retry, timeout: unset };
  return exportedRequest({ request, demo: false, baseUrl: 'https://a/v1', ownModel: 'own', settings, ...changes });
}

describe('a request that is taken away', () => {
  it('is what was asked, of the model that was asked, where the user’s requests go', () => {
    assert.deepEqual(taken(), {
      baseUrl: 'https://a/v1',
      ...request,
      retry: { maxRetries: 2, baseDelayMs: 500, maxDelayMs: 9000, maxHintMs: 60_000, silenceMs: 120_000 },
      fromDemo: false,
    });
  });

  it('asks the user’s own model where the demo was asked, and knows that', () => {
    const { model, messages, fromDemo } = taken({ demo: true, request: { ...request, model: 'demo-cut' } });
    assert.deepEqual([model, messages, fromDemo], ['own', request.messages, true]);
  });

  it('is text: pictures, tool calls and what tools have brought are left out', () => {
    const picture = { type: 'image', data: 'aGk=' };
    const taken = texts([
      { role: 'user', content: [{ type: 'text', text: 'What is ' }, picture, { type: 'text', text: 'this?' }] },
      { role: 'user', content: [picture] },
      { role: 'assistant', content: '' },
      { role: 'tool', content: '42' },
      { role: 'assistant', content: 'A picture.' },
    ]);
    assert.deepEqual(taken, [
      { role: 'user', content: 'What is this?' },
      { role: 'assistant', content: 'A picture.' },
    ]);
  });

  it('waits longer for a model that thinks, and as long as the settings say', () => {
    assert.equal(taken({ request: { ...request, model: 'deepseek-r1' } }).retry.silenceMs, 270_000);
    const timeout = { ...unset, firstTokenMs: 7000 };
    assert.equal(taken({ settings: { retry, timeout } }).retry.silenceMs, 7000);
  });
});
