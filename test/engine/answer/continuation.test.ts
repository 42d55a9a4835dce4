import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readDemoPrompt } from '../../../src/demo/answers/demoPrompt';
import {
  continuationMessages,
  knownPrefill,
  longestJoin,
  quotedChars,
  resumeMethod,
  type PartialAnswer,
  type Prefill,
} from '../../../src/engine/answer/continuation';
import { prefillText } from '../../../src/engine/answer/splice';
import type { ChatMessage } from '../../../src/engine/request';
import { propertyRuns } from '../../support/propertyRuns';

const asking = (content: string): readonly ChatMessage[] => [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content },
];

const english = asking('What is a sheep?');
const partial = 'A sheep is an animal that';

const textOf = (content: ChatMessage['content'] | undefined): string => (typeof content === 'string' ? content : '');

const plea = (messages: readonly ChatMessage[], text = partial): string =>
  textOf(continuationMessages(messages, text, 'continue', undefined).at(-1)?.content);

const loneSurrogate = /\p{Surrogate}/u;

/** Of the person's last words; true: the request for the rest is in Chinese. */
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

describe('a request for the rest of an answer', () => {
  it('begins with the conversation and does not change it', () => {
    const before = structuredClone(english);
    for (const how of ['prefill', 'continue'] as const) {
      assert.deepEqual(continuationMessages(english, partial, how, undefined).slice(0, 2), before);
    }
    assert.deepEqual(english, before);
  });

  it('ends with the partial, without the white space at its end, where that is prefilled', () => {
    const messages = continuationMessages(english, `${partial} \n\n`, 'prefill', 'assistant');
    assert.deepEqual(messages.slice(2), [{ role: 'assistant', content: partial }]);
  });

  it('marks the prefill only where the model wants that', () => {
    const messages = continuationMessages(english, partial, 'prefill', 'prefix');
    assert.deepEqual(messages.slice(2), [{ role: 'assistant', content: partial, prefix: true }]);
    assert.ok(continuationMessages(english, partial, 'continue', 'prefix').every((message) => !('prefix' in message)));
  });

  it('has the partial as it is, and then says what is wanted', () => {
    const messages = continuationMessages(english, `${partial} \n`, 'continue', 'assistant');
    assert.deepEqual(messages[2], { role: 'assistant', content: `${partial} \n` });
    assert.deepEqual([messages.length, messages[3]?.role], [4, 'user']);
  });

  it('says what has happened, where to go on, and what not to write', () => {
    const words = [
      /cut off by a connection error/,
      /exact next character/,
      /no preamble/i,
      /no repetition/i,
      /code fence/,
    ];
    for (const word of words) assert.match(plea(english), word);
    const chineseWords = [/连接错误/, /下一个字符/, /不要开场白/, /不要重复/, /代码块/];
    for (const word of chineseWords) assert.match(plea(asking('羊是什么?')), word);
  });

  it('quotes the last 200 characters', () => {
    const text = Array.from({ length: 300 }, (_, i) => `${i} `).join('');
    assert.ok(plea(english, text).includes(`«${text.slice(-200)}»`));
    assert.ok(plea(english, 'short').includes('«short»'));
    assert.equal(quotedChars, 200);
  });

  it('quotes no half character', () => {
    const text = `${'🐑'.repeat(10)}${'x'.repeat(199)}`;
    assert.ok(plea(english, text).includes(`«${'x'.repeat(199)}»`));
  });

  for (const [prompt, chinese] of languages) {
    it(`is in ${chinese ? 'Chinese' : 'English'} after "${prompt}"`, () => {
      assert.equal(plea(asking(prompt)).includes('继续'), chinese);
    });
  }

  it('is in the language of the last question', () => {
    const messages = [...asking('羊是什么?'), { role: 'assistant', content: '一种动物。' } as const, ...english];
    assert.match(plea(messages), /connection error/);
  });

  it('is in the language of the question, not of the answer', () => {
    const messages = [...asking('羊是什么?'), { role: 'assistant', content: 'It is an animal.' } as const];
    assert.match(plea(messages), /连接错误/);
  });

  it('is in English where nobody has asked anything', () => assert.match(plea([]), /connection error/));

  it('asks in the language of a prompt that is made of parts', () => {
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
    assert.match(plea(parts('羊是什么?')), /^请继续/);
    assert.match(plea(parts('What is a sheep?')), /^Continue/);
  });

  it('carries no half character', () => {
    const halves = 'a\udc11b\ud83dc 🐑\ud83d';
    for (const how of ['prefill', 'continue'] as const) {
      const messages = continuationMessages(english, halves, how, undefined);
      assert.equal(messages[2]?.content, 'a\ufffdb\ufffdc 🐑');
      assert.ok(messages.every(({ content }) => !loneSurrogate.test(textOf(content))));
    }
  });

  it('is understood by the gateway of the demo, whatever the partial is', () => {
    const anyPartial = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
      fc
        .array(fc.constantFrom(' '.repeat(90), '\n', 'sheep', '羊', '🐑'), { minLength: 1 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anyPartial, fc.constantFrom(...languages), (text, [prompt]) => {
        for (const how of ['prefill', 'continue'] as const) {
          const messages = continuationMessages(asking(prompt), text, how, undefined);
          const read = readDemoPrompt({ model: 'sheep', messages: [...messages] });
          assert.equal(read.partial, how === 'prefill' ? prefillText(text) : text);
          assert.deepEqual([read.text, read.asksForRest], [prompt, how === 'continue']);
        }
      }),
      { numRuns: propertyRuns },
    );
  });
});

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

const text = 'Half a sentence, and';
const broken: PartialAnswer = { text, reasoned: false, calledTools: false, joinsRefused: false, prefill: undefined };

type Way = ReturnType<typeof resumeMethod>;

const table: readonly (readonly [what: string, broken: Partial<PartialAnswer>, way: Way])[] = [
  ['of which nothing has been seen is asked for again', { text: '' }, 'replay'],
  ['of which nothing has been seen is asked for again, prefill or not', { text: '', prefill: 'assistant' }, 'replay'],
  ['of which only the thinking was seen starts again', { text: '', reasoned: true }, 'restart'],
  ['of which only a tool call was seen starts again', { text: '', calledTools: true }, 'restart'],
  ['that is white space so far starts again', { text: ' \n', prefill: 'assistant' }, 'restart'],
  ['that was calling a tool starts again', { calledTools: true, prefill: 'prefix' }, 'restart'],
  ['with text is continued', {}, 'continue'],
  ['is prefilled where the model takes it', { prefill: 'assistant' }, 'prefill'],
  ['is prefilled with a sign where the model wants one', { prefill: 'prefix' }, 'prefill'],
  ['that was thought about is not prefilled', { reasoned: true, prefill: 'assistant' }, 'continue'],
  ['starts again where no request for the rest is taken', { joinsRefused: true }, 'restart'],
  ['starts again there although a prefill is known', { joinsRefused: true, prefill: 'prefix' }, 'restart'],
  ['of 60,000 characters is continued', { text: 'x'.repeat(60_000) }, 'continue'],
  ['of more than 60,000 characters starts again', { text: 'x'.repeat(60_001), prefill: 'prefix' }, 'restart'],
];

describe('a broken answer', () => {
  for (const [what, given, way] of table) {
    it(what, () => assert.equal(resumeMethod({ ...broken, ...given }), way));
  }

  it('is long from the number on that the documentation gives', () => assert.equal(longestJoin, 60_000));
});
