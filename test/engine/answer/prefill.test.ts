import assert from 'node:assert/strict';
import { knownPrefill, type Prefill } from '../../../src/engine/answer/prefill';

const gateway = 'https://api.holysheep.ai/v1';
const deepSeek = 'https://api.deepseek.com/beta';

const takers: readonly string[] = [
  'claude-2',
  'claude-2.0',
  'claude-2.1',
  'anthropic.claude-v2',
  'anthropic.claude-v2:1',
  'claude-3-opus-20240229',
  'claude-3-haiku',
  'claude-3-5-sonnet-20241022',
  'claude-3-5-sonnet-latest',
  'claude-3-7-sonnet-latest',
  'claude-3.7-sonnet',
  'anthropic/claude-3.5-sonnet',
  'anthropic/claude-3.5-sonnet:beta',
  'claude-sonnet-4',
  'claude-sonnet-4-0',
  'claude-sonnet-4-20250514',
  'claude-sonnet-4@20250514',
  'claude-opus-4-1',
  'claude-opus-4.1',
  'claude-opus-4-1-20250805',
  'claude-sonnet-4-5',
  'claude-sonnet-4.5',
  'claude-haiku-4-5-20251001',
  'claude-opus-4-5-latest',
  'anthropic/claude-opus-4.5',
  'openrouter/anthropic/claude-sonnet-4',
  'anthropic.claude-3-sonnet-20240229-v1:0',
  'us.anthropic.claude-sonnet-4-20250514-v1:0',
  'bedrock/apac.anthropic.claude-3-5-sonnet-20241022-v2:0',
  'claude-3-5-sonnet-v2@20241022',
  'Claude-Sonnet-4',
];

const others: readonly string[] = [
  'claude-opus-4-6',
  'claude-opus-4.6',
  'claude-sonnet-4-6-20260217',
  'us.anthropic.claude-opus-4-6-v1',
  'claude-opus-4-7',
  'claude-haiku-4-50',
  'claude-sonnet-5',
  'claude-opus-5-1',
  'claude-10',
  'claude-20',
  'claude-3-6',
  'claude-3.7-sonnet:thinking',
  'anthropic/claude-sonnet-4:thinking',
  'claude-sonnet-4-20250514-thinking',
  'claude',
  'claude-latest',
  'not-claude-sonnet-4',
  'my.own.claude-sonnet-4',
  'gpt-4o',
  'gemini-2.5-pro',
  'deepseek-chat',
  'deepseek/deepseek-chat',
  '',
];

const deepSeekTable: readonly (readonly [baseUrl: string, model: string, takes: Prefill | undefined])[] = [
  [deepSeek, 'deepseek-chat', 'prefix'],
  [`${deepSeek}/`, 'deepseek-reasoner', 'prefix'],
  ['https://api.deepseek.com:443/beta', 'deepseek-chat', 'prefix'],
  [deepSeek, 'another-model', undefined],
  [deepSeek, 'not-deepseek-chat', undefined],
  ['https://api.deepseek.com', 'deepseek-chat', undefined],
  ['https://api.deepseek.com/v1', 'deepseek-chat', undefined],
  ['https://api.deepseek.com/beta2', 'deepseek-chat', undefined],
  ['http://api.deepseek.com/beta', 'deepseek-chat', undefined],
  ['https://api.deepseek.com.example.org/beta', 'deepseek-chat', undefined],
  ['https://example.org/https://api.deepseek.com/beta', 'deepseek-chat', undefined],
  ['https://apixdeepseek.com/beta', 'deepseek-chat', undefined],
];

describe('a prefill', () => {
  for (const model of takers) {
    it(`is taken by ${model} wherever it is served`, () => {
      assert.equal(knownPrefill(gateway, model), 'assistant');
      assert.equal(knownPrefill('no URL', model), 'assistant');
    });
  }

  for (const model of others) {
    it(`is not known to be taken by "${model}"`, () => assert.equal(knownPrefill(gateway, model), undefined));
  }

  for (const [baseUrl, model, takes] of deepSeekTable) {
    it(`is ${takes ? 'marked with a prefix' : 'not known to be taken'} for ${model} at ${baseUrl}`, () => {
      assert.equal(knownPrefill(baseUrl, model), takes);
    });
  }
});
