import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import type { ChatMessage, Tool } from '../../../../src/engine/request';
import {
  estimatePrompt,
  estimateTokens,
  TokenCalibration,
  type TokenEstimate,
} from '../../../../src/host/chat/provider/tokenEstimator';
import { root } from '../../../support/paths';

function filesIn(folder: string, extension: string): string {
  const names = readdirSync(path.join(root, folder)).filter((name) => name.endsWith(extension));
  return names.map((name) => readFileSync(path.join(root, folder, name), 'utf8')).join('\n');
}

/** Returns documentation of other projects, so that changes of this project don't affect the test. */
function readmes(packages: readonly string[]): string {
  return packages.map((name) => readFileSync(path.join(root, 'node_modules', name, 'README.md'), 'utf8')).join('\n');
}

/** Returns the messages of the TypeScript compiler in a language. */
function messagesIn(language: string): string {
  const file = `node_modules/typescript/lib/${language}/diagnosticMessages.generated.json`;
  return Object.values(JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, string>).join('\n');
}

/** Pseudorandom bytes that are the same in each run. */
const bytes = Buffer.concat(Array.from({ length: 2_000 }, (_, n) => createHash('sha256').update(`${n}`).digest()));

const emoji = ['😀', '👩‍👩‍👧', '🚀', '❤️', '🎉', '👍🏽', '🇯🇵', '✅', '🐑', '⚠️'];

const typescript = filesIn('node_modules/openai/src/resources', '.ts');
const chinese = messagesIn('zh-cn');

/** Alternates between ten lines of each text. */
function mixed(first: string, second: string): string {
  const [firstLines, secondLines] = [first.split('\n'), second.split('\n')];
  const blocks = Math.floor(Math.min(firstLines.length, secondLines.length) / 10);
  return Array.from({ length: blocks }, (_, n) =>
    [...firstLines.slice(10 * n, 10 * n + 10), ...secondLines.slice(10 * n, 10 * n + 10)].join('\n'),
  ).join('\n');
}

const corpora = {
  English: readmes(['jsdom', 'openai', 'eslint', 'prettier', 'esbuild', 'fast-check', 'mocha', 'markdown-it']),
  TypeScript: typescript,
  JavaScript: filesIn('node_modules/mocha/lib', '.js'),
  'minified JavaScript': readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'),
  CSS: filesIn('node_modules/highlight.js/styles', '.css'),
  JSON: readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
  Base64: bytes.toString('base64').replace(/.{76}/g, '$&\n'),
  hexadecimal: bytes.toString('hex').replace(/.{64}/g, '$&\n'),
  'simplified Chinese': chinese,
  'traditional Chinese': messagesIn('zh-tw'),
  Japanese: messagesIn('ja'),
  Korean: messagesIn('ko'),
  Russian: messagesIn('ru'),
  German: messagesIn('de'),
  French: messagesIn('fr'),
  Polish: messagesIn('pl'),
  'Chinese with code': mixed(chinese, typescript),
  emoji: Array.from({ length: 20_000 }, (_, n) => emoji[(n * 7 + (n >> 3)) % emoji.length]).join(' '),
};

const countOptions = { disallowedSpecial: new Set<string>() };

/** Two real tokenizers, and a hypothetical one that counts 40 % more tokens than GPT-4o's tokenizer. */
const tokenizers: readonly (readonly [name: string, count: (text: string) => number])[] = [
  ['o200k_base', (text) => countO200k(text, countOptions)],
  ['cl100k_base', (text) => countCl100k(text, countOptions)],
  ['a tokenizer with 1.4 times the tokens of o200k_base', (text) => Math.round(1.4 * countO200k(text, countOptions))],
];

interface Excerpt {
  readonly estimate: TokenEstimate;
  /** Token counts, in the order of the tokenizers. */
  readonly counts: readonly number[];
}

function excerpt(text: string): Excerpt {
  return { estimate: estimateTokens(text), counts: tokenizers.map(([, count]) => count(text)) };
}

/** Returns three prompts from different parts of a corpus, and six other excerpts between them. */
function sampleOf(corpus: string): Sample {
  const part = (slot: number, length: number): Excerpt => {
    const start = Math.floor((slot * corpus.length) / 9);
    return excerpt(corpus.slice(start, start + length).toWellFormed());
  };
  const parts = (slots: readonly number[], length: number) => slots.map((slot) => part(slot, length));
  return { prompts: parts([1, 4, 7], promptLength), excerpts: parts([0, 2, 3, 5, 6, 8], excerptLength) };
}

interface Sample {
  readonly prompts: readonly Excerpt[];
  readonly excerpts: readonly Excerpt[];
}

const promptLength = 6_000;
const excerptLength = 4_000;

describe('token estimate', () => {
  const samples = new Map<string, Sample>();
  before(function () {
    this.timeout(60_000);
    for (const [kind, corpus] of Object.entries(corpora)) {
      assert.ok(corpus.length >= 9 * promptLength, `${kind} has ${corpus.length} characters`);
      samples.set(kind, sampleOf(corpus));
    }
  });

  const sample = (kind: string): Sample => samples.get(kind) ?? assert.fail(kind);

  /** Returns the ratios of estimates to counts for the excerpts of a corpus. */
  const ratios = (kind: string, tokenizer: number, calibration: TokenCalibration): readonly number[] =>
    sample(kind).excerpts.map(({ estimate, counts }) => calibration.tokens(estimate) / (counts[tokenizer] ?? NaN));

  const calibrated = (tokenizer: number, prompts: readonly Excerpt[]): TokenCalibration => {
    const calibration = new TokenCalibration();
    for (const { estimate, counts } of prompts) calibration.observe(estimate, counts[tokenizer] ?? NaN);
    return calibration;
  };

  const kinds = Object.keys(corpora);
  const pairs = kinds.flatMap((first) => kinds.map((second) => [first, second] as const));

  const assertWithin = (actual: readonly number[], min: number, max: number, label: string): void =>
    actual.forEach((ratio) => assert.ok(ratio >= min && ratio <= max, `${label}: ${ratio.toFixed(2)}`));

  for (const kind of kinds) {
    it(`is between 1 and 2.2 times the count of the tokenizer o200k_base for ${kind} without calibration`, () =>
      assertWithin(ratios(kind, 0, new TokenCalibration()), 1, 2.2, kind));
  }

  for (const [tokenizer, [name]] of tokenizers.entries()) {
    describe(`calibrated by the counts of ${name}`, () => {
      for (const kind of kinds) {
        it(`is at most 10 % too low for ${kind} after three prompts of this kind`, () =>
          assertWithin(ratios(kind, tokenizer, calibrated(tokenizer, sample(kind).prompts)), 0.9, 1.8, kind));
      }

      it('is at most 10 % too low after calibration with six prompts that alternate between two kinds of text', () => {
        for (const [first, second] of pairs) {
          const prompts = [0, 1, 2].flatMap((turn) =>
            [first, second].flatMap((kind) => sample(kind).prompts.slice(turn, turn + 1)),
          );
          const calibration = calibrated(tokenizer, prompts);
          for (const kind of [first, second]) {
            assertWithin(ratios(kind, tokenizer, calibration), 0.9, 2.2, `${first} and ${second}, ${kind}`);
          }
        }
      });

      it('is at most 30 % too low for a kind of text that no previous prompt contained', () => {
        for (const [first, second] of pairs) {
          const calibration = calibrated(tokenizer, sample(first).prompts);
          assertWithin(ratios(second, tokenizer, calibration), 0.7, 2.2, `${first}, then ${second}`);
        }
      });
    });
  }

  for (const [name, characters] of [
    ['a letter', 'a'],
    ['a space', ' '],
    ['line ends', '\n'],
    ['digits', '0'],
    ['punctuation', '='],
    ['Han', '天'],
    ['combining marks', '\u0301'],
    ['emoji', '😀'],
  ] as const) {
    it(`is not below the count of the tokenizer o200k_base for 1,000 repetitions of ${name}`, () => {
      const long = characters.repeat(1_000);
      assert.ok(new TokenCalibration().tokens(estimateTokens(long)) >= countO200k(long, countOptions));
    });
  }

  it('accepts unpaired surrogates', () =>
    assert.ok(new TokenCalibration().tokens(estimateTokens('\ud83d'.repeat(100))) >= 100));

  it('is 0 for an empty text', () => assert.equal(new TokenCalibration().tokens(estimateTokens('')), 0));
});

describe('token calibration', () => {
  const estimate: TokenEstimate = { latin: 10_000, eastAsian: 0, other: 0 };
  const tokensAfter = (...promptTokens: readonly number[]): number => {
    const calibration = new TokenCalibration();
    for (const tokens of promptTokens) calibration.observe(estimate, tokens);
    return calibration.tokens(estimate);
  };
  const uncalibrated = tokensAfter();

  it('adds a margin of 15 % to an estimate', () => assert.equal(uncalibrated, 11_500));
  it('completely corrects an estimate that was too low', () => assert.equal(tokensAfter(15_000), 17_250));
  it('corrects half of the error of an estimate that was too high', () => assert.equal(tokensAfter(8_000), 10_350));
  it('lowers its estimates less after one low token count than after two', () =>
    assert.ok(tokensAfter(10_000, 8_000) > tokensAfter(8_000, 8_000)));
  it('ignores a token count in which the gateway omitted cached tokens', () =>
    assert.equal(tokensAfter(2_000), uncalibrated));
  it('ignores a token count of the gateway that is more than twice the estimate', () =>
    assert.equal(tokensAfter(30_000), uncalibrated));
  it('ignores a token count of zero from the gateway', () => assert.equal(tokensAfter(0), uncalibrated));

  it('ignores a prompt of fewer than 500 tokens', () => {
    const calibration = new TokenCalibration();
    calibration.observe({ latin: 400, eastAsian: 0, other: 0 }, 700);
    assert.equal(calibration.tokens(estimate), uncalibrated);
  });

  it('attributes most of an estimation error to the writing systems in which tokenizers differ most', () => {
    const calibration = new TokenCalibration();
    calibration.observe({ latin: 5_000, eastAsian: 5_000, other: 0 }, 8_000);
    assert.ok(calibration.tokens(estimate) > 0.98 * uncalibrated);
    assert.ok(calibration.tokens({ latin: 0, eastAsian: 10_000, other: 0 }) < 0.85 * uncalibrated);
  });
});

describe('token estimate for a prompt', () => {
  const total = (messages: readonly ChatMessage[], tools?: readonly Tool[]): number | undefined => {
    const prompt = estimatePrompt({ model: 'm', messages, tools });
    return prompt && prompt.latin + prompt.eastAsian + prompt.other;
  };
  const question: ChatMessage = { role: 'user', content: 'What is in a.ts?' };

  it('includes messages, tool calls, tool results and tool definitions', () => {
    const call = { id: '1', name: 'read', arguments: '{"path":"a.ts"}' };
    const prompts = [
      total([question]),
      total([question, { role: 'assistant', content: '', toolCalls: [call] }]),
      total([
        question,
        { role: 'assistant', content: '', toolCalls: [call] },
        { role: 'tool', toolCallId: '1', content: 'It is empty.' },
      ]),
      total(
        [
          question,
          { role: 'assistant', content: '', toolCalls: [call] },
          { role: 'tool', toolCallId: '1', content: 'It is empty.' },
        ],
        [{ name: 'read', description: 'Reads a file.', parameters: {} }],
      ),
    ];
    const steps = prompts.slice(1).map((tokens, previous) => (tokens ?? NaN) - (prompts[previous] ?? NaN));
    assert.ok(steps.every((step) => step > 3));
  });

  it('is undefined for a prompt with images', () =>
    assert.equal(
      total([{ role: 'user', content: [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }] }]),
      undefined,
    ));
});
