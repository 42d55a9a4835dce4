import assert from 'node:assert/strict';
import {
  languageIds,
  parseAskArgument,
  parseCompareArgument,
  parseCopyRequestArgument,
  parseRunPromptArgument,
  parseSetApiKeyArgument,
} from '../../src/host/commandArgs';
import { ArgumentError } from '../../src/host/util/userError';

/** Checks that each argument is rejected with a message for its caller. */
function rejects(parse: (argument: unknown) => unknown, cases: readonly (readonly [unknown, RegExp])[]): void {
  for (const [argument, message] of cases) {
    it(`rejects ${JSON.stringify(argument)} with a TypeError that names the problem`, () => {
      assert.throws(
        () => parse(argument),
        (error) => error instanceof ArgumentError && error instanceof TypeError && message.test(error.message),
      );
    });
  }
}

describe('argument of holysheep.ask', () => {
  for (const [argument, expected] of [
    ['Hi', { prompt: 'Hi' }],
    [{ prompt: 'Hi' }, { prompt: 'Hi' }],
    [
      { prompt: 'Hi', model: 'm', reasoningEffort: 'default', newConversation: true },
      { prompt: 'Hi', model: 'm', reasoningEffort: 'default', newConversation: true },
    ],
  ] as const) {
    it(`accepts ${JSON.stringify(argument)}`, () => assert.deepEqual(parseAskArgument(argument), expected));
  }

  rejects(parseAskArgument, [
    [42, /expects a prompt/],
    [null, /expects a prompt/],
    [[], /expects a prompt/],
    [{}, /expects a prompt/],
    ['', /“prompt” must be/],
    [' \n', /“prompt” must be/],
    [{ prompt: '' }, /“prompt” must be/],
    [{ prompt: 1 }, /“prompt” must be/],
    [{ prompt: 'Hi', model: 1 }, /“model” must be/],
    [{ prompt: 'Hi', model: ' ' }, /“model” must be/],
    [{ prompt: 'Hi', reasoningEffort: 'huge' }, /“reasoningEffort” must be/],
    [{ prompt: 'Hi', newConversation: 'yes' }, /“newConversation” must be/],
  ]);
});

describe('argument of holysheep.compareModels', () => {
  for (const [argument, expected] of [
    ['Hi', { prompt: 'Hi' }],
    [{}, {}],
    [
      { prompt: 'Hi', models: [' a', 'b '] },
      { prompt: 'Hi', models: ['a', 'b'] },
    ],
    [{ models: ['a', 'b', 'c', 'd'] }, { models: ['a', 'b', 'c', 'd'] }],
  ] as const) {
    it(`accepts ${JSON.stringify(argument)}`, () => assert.deepEqual(parseCompareArgument(argument), expected));
  }

  rejects(parseCompareArgument, [
    [42, /expects a prompt/],
    [null, /expects a prompt/],
    ['', /“prompt” must be/],
    [{ prompt: 1 }, /“prompt” must be/],
    [{ prompt: ' ' }, /“prompt” must be/],
    ...['a', [], ['a'], ['a', 'a '], ['a', ' '], ['a', 1], ['a', 'b', 'c', 'd', 'e'], { 0: 'a', length: 2 }].map(
      (models) => [{ prompt: 'Hi', models }, /“models” must be/] as const,
    ),
  ]);
});

describe('argument of holysheep.setApiKey', () => {
  it('can contain a key, a base URL or both', () => {
    for (const { argument, key, url } of [
      { argument: 'hsa-key-1', key: 'hsa-key-1', url: undefined },
      { argument: { key: 'hsa-key-1' }, key: 'hsa-key-1', url: undefined },
      { argument: { baseUrl: 'https://gateway.example' }, key: undefined, url: 'https://gateway.example/v1' },
      { argument: { key: 'k', baseUrl: ' gateway.example/v1/models ' }, key: 'k', url: 'https://gateway.example/v1' },
    ] as const) {
      const parsed = parseSetApiKeyArgument(argument);
      assert.deepEqual([parsed.key, parsed.baseUrl?.url], [key, url]);
    }
  });

  // The negative lookahead fails if a message contains the key.
  rejects(parseSetApiKeyArgument, [
    [5, /^(?!.*key-1).*expects an API key/],
    [['hsa-key-1'], /^(?!.*key-1).*expects an API key/],
    [{}, /^(?!.*key-1).*expects an API key/],
    [{ key: 5 }, /^(?!.*key-1).*“key” must be/],
    [{ key: 'hsa-key-1', baseUrl: 5 }, /^(?!.*key-1).*“baseUrl” must be/],
    [{ key: 'hsa-key-1', baseUrl: 'ftp://gateway.example' }, /^(?!.*key-1).*“baseUrl” must be/],
    [{ key: 'hsa-key-1', baseUrl: 'https://me:hsa-key-1@gateway.example' }, /^(?!.*key-1).*“baseUrl” must be/],
  ]);
});

describe('argument of holysheep.runPrompt', () => {
  it('can be the title of a custom prompt', () => {
    assert.deepEqual(parseRunPromptArgument(' Translate '), { title: 'Translate', from: undefined });
  });

  it('can be an object that says whether the prompt is from the user or the workspace', () => {
    assert.deepEqual(parseRunPromptArgument({ title: 'T', from: 'workspace' }), { title: 'T', from: 'workspace' });
    assert.deepEqual(parseRunPromptArgument({ title: 'T', from: 'unknown' }), { title: 'T', from: undefined });
  });

  rejects(
    parseRunPromptArgument,
    ['', '  ', null, 5, {}, { title: 5 }, { prompt: 'a' }, ['T']].map((argument) => [argument, /title/]),
  );
});

describe('argument of holysheep.copyRequest', () => {
  it('can be a programming language', () => {
    for (const language of languageIds) assert.equal(parseCopyRequestArgument(language), language);
  });

  it('is ignored if a menu passes a value that is not a programming language', () => {
    for (const argument of [undefined, null, { scheme: 'webview-panel' }, 1]) {
      assert.equal(parseCopyRequestArgument(argument), undefined);
    }
  });

  rejects(
    parseCopyRequestArgument,
    ['', 'Python', 'powershell', 'toString'].map((language) => [language, /expects “curl”, “python”, or “node”/]),
  );
});
