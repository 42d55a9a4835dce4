import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readDemoPrompt } from '../../../src/demo/answers/demoPrompt';
import {
  continuationMessages,
  prefillOf,
  resumeMethod,
  type PartialAnswer,
  type Prefill,
} from '../../../src/engine/text/continuation';
import { prefillText } from '../../../src/engine/text/splice';
import type { ChatMessage } from '../../../src/engine/request';
import { propertyRuns } from '../../support/propertyRuns';

const conversationWith = (content: string): readonly ChatMessage[] => [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content },
];

const english = conversationWith('What is a sheep?');
const partial = 'A sheep is an animal that';

const textOf = (content: ChatMessage['content'] | undefined): string => (typeof content === 'string' ? content : '');

const continuePrompt = (messages: readonly ChatMessage[], text = partial): string =>
  textOf(continuationMessages(messages, text, 'continue', undefined).at(-1)?.content);

const loneSurrogate = /\p{Surrogate}/u;

/** The last prompts of the user, and whether the prompt to continue is in Chinese. */
const languages: readonly (readonly [prompt: string, chinese: boolean])[] = [
  ['What is a sheep?', false],
  ['羊是什么?', true],
  ['请用 TypeScript 写一个 quicksort', true],
  ['What does 羊 mean in English?', false],
  ['What does 羊毛 mean in English?', false],
  ['A和B', false],
  ['猫vs狗', true],
  ['東京について教えて', false],
  ['Что такое овца?', false],
  ['양이 뭐예요?', false],
  ['1 + 1 = ?', false],
  ['', false],
];

describe('messages of a continuation request', () => {
  it('begin with the unchanged conversation', () => {
    const before = structuredClone(english);
    for (const method of ['prefill', 'continue'] as const) {
      assert.deepEqual(continuationMessages(english, partial, method, undefined).slice(0, 2), before);
    }
    assert.deepEqual(english, before);
  });

  it('end with the partial answer, without trailing whitespace, if a prefill is used', () => {
    const messages = continuationMessages(english, `${partial} \n\n`, 'prefill', 'assistant');
    assert.deepEqual(messages.slice(2), [{ role: 'assistant', content: partial }]);
  });

  it('mark a prefill with `prefix` only for models that require the mark', () => {
    const messages = continuationMessages(english, partial, 'prefill', 'prefix');
    assert.deepEqual(messages.slice(2), [{ role: 'assistant', content: partial, prefix: true }]);
    assert.ok(continuationMessages(english, partial, 'continue', 'prefix').every((message) => !('prefix' in message)));
  });

  it('end with the partial answer and a continue prompt if no prefill is used', () => {
    const messages = continuationMessages(english, `${partial} \n`, 'continue', 'assistant');
    assert.deepEqual(messages[2], { role: 'assistant', content: `${partial} \n` });
    assert.deepEqual([messages.length, messages[3]?.role], [4, 'user']);
  });

  it('quote the last 200 characters of the partial answer', () => {
    const text = Array.from({ length: 300 }, (_, i) => `${i} `).join('');
    assert.ok(continuePrompt(english, text).includes(`«${text.slice(-200)}»`));
    assert.ok(continuePrompt(english, 'short').includes('«short»'));
    assert.ok(!continuePrompt(english, text).includes(text.slice(-201)));
  });

  it('do not start the quotation with half of a surrogate pair', () => {
    const text = `${'🐑'.repeat(10)}${'x'.repeat(199)}`;
    assert.ok(continuePrompt(english, text).includes(`«${'x'.repeat(199)}»`));
  });

  for (const [prompt, chinese] of languages) {
    it(`contain ${chinese ? 'a Chinese' : 'an English'} continue prompt when the user's prompt is "${prompt}"`, () => {
      assert.equal(continuePrompt(conversationWith(prompt)).includes('继续'), chinese);
    });
  }

  it('contain a continue prompt in the language of the last user message', () => {
    const messages = [
      ...conversationWith('羊是什么?'),
      { role: 'assistant', content: '一种动物。' } as const,
      ...english,
    ];
    assert.match(continuePrompt(messages), /connection error/);
  });

  it('ask the model not to repeat text', () => {
    assert.match(continuePrompt(english), /no repetition .*no new code fence/);
    assert.match(continuePrompt(conversationWith('羊是什么?')), /不要重复现有内容.*代码块/);
  });

  it('contain an English continue prompt when the conversation has no user message', () =>
    assert.match(continuePrompt([]), /connection error/));

  it("contain a continue prompt in the user's language even if the user's message has several parts", () => {
    const parts = (text: string): readonly ChatMessage[] => [
      {
        role: 'user',
        content: [
          { type: 'image', mimeType: 'image/png', data: 'AAAA' },
          { type: 'text', text },
        ],
      },
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'look', arguments: '{}' }] },
      { role: 'tool', toolCallId: '1', content: 'a sheep' },
    ];
    assert.match(continuePrompt(parts('羊是什么?')), /^请继续/);
    assert.match(continuePrompt(parts('What is a sheep?')), /^Continue/);
  });

  it('never contain half of a surrogate pair', () => {
    const halves = 'a\udc11b\ud83dc 🐑\ud83d';
    for (const method of ['prefill', 'continue'] as const) {
      const messages = continuationMessages(english, halves, method, undefined);
      assert.equal(messages[2]?.content, 'a\ufffdb\ufffdc 🐑\ufffd');
      assert.ok(messages.every(({ content }) => !loneSurrogate.test(textOf(content))));
    }
  });

  it('are accepted by the gateway of the offline demo, whatever the partial answer', () => {
    const anyPartial = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
      fc
        .array(fc.constantFrom(' '.repeat(90), '\n', 'sheep', '羊', '🐑'), { minLength: 1 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anyPartial, fc.constantFrom(...languages), (text, [prompt]) => {
        for (const method of ['prefill', 'continue'] as const) {
          const messages = continuationMessages(conversationWith(prompt), text, method, undefined);
          const read = readDemoPrompt({ model: 'sheep', messages: [...messages] });
          assert.equal(read.partialAnswer, method === 'prefill' ? prefillText(text) : text);
          assert.deepEqual([read.text, read.asksToContinue], [prompt, method === 'continue']);
        }
      }),
      { numRuns: propertyRuns },
    );
  });
});

const gateway = 'https://api.holysheep.ai/v1';
const deepSeek = 'https://api.deepseek.com/beta';

const prefillModels: readonly string[] = `
  claude-2 claude-2.0 claude-2.1 anthropic.claude-v2 anthropic.claude-v2:1 claude-3-opus-20240229 claude-3-haiku
  claude-3-5-sonnet-20241022 claude-3-5-sonnet-latest claude-3-7-sonnet-latest claude-3.7-sonnet
  anthropic/claude-3.5-sonnet anthropic/claude-3.5-sonnet:beta claude-sonnet-4 claude-sonnet-4-0
  claude-sonnet-4-20250514 claude-sonnet-4@20250514 claude-opus-4-1 claude-opus-4.1 claude-opus-4-1-20250805
  claude-sonnet-4-5 claude-sonnet-4.5 claude-haiku-4-5-20251001 claude-opus-4-5-latest anthropic/claude-opus-4.5
  openrouter/anthropic/claude-sonnet-4 anthropic.claude-3-sonnet-20240229-v1:0
  us.anthropic.claude-sonnet-4-20250514-v1:0 bedrock/apac.anthropic.claude-3-5-sonnet-20241022-v2:0
  claude-3-5-sonnet-v2@20241022 Claude-Sonnet-4
`
  .trim()
  .split(/\s+/);

const modelsWithoutPrefill: readonly string[] = `
  claude-opus-4-6 claude-opus-4.6 claude-sonnet-4-6-20260217 us.anthropic.claude-opus-4-6-v1 claude-opus-4-7
  claude-haiku-4-50 claude-sonnet-5 claude-opus-5-1 claude-10 claude-20 claude-3-6 claude-3.7-sonnet:thinking
  anthropic/claude-sonnet-4:thinking claude-sonnet-4-20250514-thinking claude claude-latest not-claude-sonnet-4
  my.own.claude-sonnet-4 gpt-4o gemini-2.5-pro deepseek-chat deepseek/deepseek-chat 
`
  .trim()
  .split(/\s+/);

const deepSeekTable: readonly {
  readonly baseUrl: string;
  readonly model: string;
  readonly prefill: Prefill | undefined;
}[] = [
  { baseUrl: deepSeek, model: 'deepseek-chat', prefill: 'prefix' },
  { baseUrl: `${deepSeek}/`, model: 'deepseek-reasoner', prefill: 'prefix' },
  { baseUrl: 'https://api.deepseek.com:443/beta', model: 'deepseek-chat', prefill: 'prefix' },
  { baseUrl: deepSeek, model: 'another-model', prefill: undefined },
  { baseUrl: deepSeek, model: 'not-deepseek-chat', prefill: undefined },
  { baseUrl: 'https://api.deepseek.com', model: 'deepseek-chat', prefill: undefined },
  { baseUrl: 'https://api.deepseek.com/v1', model: 'deepseek-chat', prefill: undefined },
  { baseUrl: 'https://api.deepseek.com/beta2', model: 'deepseek-chat', prefill: undefined },
  { baseUrl: 'http://api.deepseek.com/beta', model: 'deepseek-chat', prefill: undefined },
  { baseUrl: 'https://api.deepseek.com.example.org/beta', model: 'deepseek-chat', prefill: undefined },
  { baseUrl: 'https://example.org/https://api.deepseek.com/beta', model: 'deepseek-chat', prefill: undefined },
  { baseUrl: 'https://apixdeepseek.com/beta', model: 'deepseek-chat', prefill: undefined },
];

describe('models that support a prefill', () => {
  for (const model of prefillModels) {
    it(`include ${model} at any base URL`, () => {
      assert.equal(prefillOf(gateway, model), 'assistant');
      assert.equal(prefillOf('no URL', model), 'assistant');
    });
  }

  for (const model of modelsWithoutPrefill) {
    it(`do not include "${model}"`, () => assert.equal(prefillOf(gateway, model), undefined));
  }

  for (const { baseUrl, model, prefill } of deepSeekTable) {
    it(`${prefill ? 'include' : 'do not include'} ${model}${prefill ? ', with a marked prefill,' : ''} at ${baseUrl}`, () => {
      assert.equal(prefillOf(baseUrl, model), prefill);
    });
  }
});

const text = 'Half a sentence, and';
const partialAnswer: PartialAnswer = {
  text,
  hadReasoning: false,
  hadToolCalls: false,
  continuationsRejected: false,
  prefill: undefined,
};

type Method = ReturnType<typeof resumeMethod>;

const methods: readonly { readonly name: string; readonly changes: Partial<PartialAnswer>; readonly method: Method }[] =
  [
    { name: 'sends the original request again when nothing has arrived', changes: { text: '' }, method: 'original' },
    {
      name: 'sends the original request again when only reasoning has arrived',
      changes: { text: '', hadReasoning: true },
      method: 'original',
    },
    {
      name: 'restarts the answer when only a tool call has arrived',
      changes: { text: '', hadToolCalls: true },
      method: 'restart',
    },
    {
      name: 'restarts the answer when only whitespace has arrived',
      changes: { text: ' \n', prefill: 'assistant' },
      method: 'restart',
    },
    {
      name: 'restarts the answer when a tool call is incomplete',
      changes: { hadToolCalls: true, prefill: 'prefix' },
      method: 'restart',
    },
    { name: 'continues a partial answer with a continue prompt', changes: {}, method: 'continue' },
    {
      name: 'continues with a prefill when the model supports one',
      changes: { prefill: 'assistant' },
      method: 'prefill',
    },
    {
      name: 'continues with a continue prompt, not a prefill, after reasoning',
      changes: { hadReasoning: true, prefill: 'assistant' },
      method: 'continue',
    },
    {
      name: 'restarts the answer when the gateway rejects continuations',
      changes: { continuationsRejected: true },
      method: 'restart',
    },
    { name: 'continues an answer of 60,000 characters', changes: { text: 'x'.repeat(60_000) }, method: 'continue' },
    {
      name: 'restarts an answer of more than 60,000 characters',
      changes: { text: 'x'.repeat(60_001), prefill: 'prefix' },
      method: 'restart',
    },
  ];

describe('resume method', () => {
  for (const { name, changes, method } of methods) {
    it(name, () => assert.equal(resumeMethod({ ...partialAnswer, ...changes }), method));
  }
});
