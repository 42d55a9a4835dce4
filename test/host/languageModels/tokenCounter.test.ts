import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packTokenRanks } from '../../../build/tokenRanks.cjs';
import { loadTokenCounter, type TokenCounter } from '../../../src/host/languageModels/tokenCounter';
import { RecentCounts } from '../../../src/host/languageModels/recentCounts';
import { root } from '../../support/paths';
import { propertyRuns } from '../../support/propertyRuns';

/** Whole o200k_base; what looks like a special token is text. */
const reference = (text: string): number => countTokens(text, { disallowedSpecial: new Set() });

const noFailure = (error: unknown): void => assert.fail(String(error));

function sample(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Texts, and how much too high their counts may be; more is a table that has been packed wrongly. */
const samples: readonly (readonly [what: string, text: string, most: number])[] = [
  ['English prose', sample('docs/engine.md') + sample('docs/conversations.md'), 1.2],
  ['TypeScript', sample('src/protocol.ts'), 1.2],
  ['Markdown', sample('README.md'), 1.25],
  ['JSON', sample('package.json'), 1.25],
  ['Chinese', sample('README.zh-CN.md'), 1.5],
];

describe('the token counter', () => {
  let table: Uint8Array;
  let counter: TokenCounter;
  before(async () => (table = await packTokenRanks()));
  beforeEach(() => (counter = loadTokenCounter({ readTable: () => table, onFailure: noFailure })));

  for (const [text, tokens] of [
    ['', 0],
    ['hello', 1],
    ['Hello, world!', 4],
    ['Please tell me what this function does and why it is so slow.', 14],
    ['中国', 1],
    ['const answer = await fetch(url);\n', 7],
    ['for i in range(10):\n    print(i)\n', 11],
    ['<|endoftext|>', 7],
  ] as const) {
    it(`counts ${tokens} in ${JSON.stringify(text)}, like the whole encoding`, () => {
      assert.equal(counter.count(text), tokens);
      assert.equal(reference(text), tokens);
    });
  }

  for (const [what, text, most] of samples) {
    it(`is close to the whole encoding in ${what}, and not below it`, () => {
      const [count, right] = [counter.count(text), reference(text)];
      assert.ok(count >= right && count <= most * right, `${count} for ${right}`);
    });
  }

  it('is never below the whole encoding', () => {
    const words = samples.flatMap(([, text]) => text.split(/(?<=\n)/u));
    const line = fc.oneof(
      fc.constantFrom(...words),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        // The library's own table keeps the tokens of a byte order mark where it does not find them, and counts more.
        const text = lines.join('').replaceAll('\ufeff', '');
        assert.ok(counter.count(text) >= reference(text));
      }),
      { numRuns: propertyRuns },
    );
  });

  it('counts a long text by chunks as it counts the whole', () => {
    const sentence = 'One sentence that is repeated for as long as it takes, and a little more. ';
    const one = counter.count(sentence.trimEnd());
    assert.equal(counter.count(Array(3_000).fill(sentence.trimEnd()).join(' ')), 3_000 * one);
  });

  it('keeps what it has counted, and counts nothing twice', () => {
    const recent = new RecentCounts();
    const own = loadTokenCounter({ readTable: () => table, recent, onFailure: noFailure });
    assert.equal(own.count('hello'), 1);
    assert.equal(recent.get('hello'), 1);
    recent.set('hello', 7);
    assert.equal(own.count('hello'), 7);
  });

  it('reads its table when it first counts, once', () => {
    let reads = 0;
    const readTable = (): Uint8Array => {
      reads++;
      return table;
    };
    const own = loadTokenCounter({ readTable, onFailure: noFailure });
    assert.equal(reads, 0);
    own.count('hello');
    own.count('world');
    assert.equal(reads, 1);
  });

  it('merges no piece of more than 64 characters at once', () => {
    const word = 'information'.repeat(64);
    const pieces = Array.from({ length: word.length / 64 }, (_, n) => word.slice(64 * n, 64 * (n + 1)));
    const sum = pieces.reduce((tokens, piece) => tokens + counter.count(piece), 0);
    assert.ok(sum > reference(word));
    assert.equal(counter.count(word), sum);
  });

  // Merging the piece as a whole would take minutes: the tests' time limit is the assertion.
  for (const [what, text] of [
    ['one letter', 'a'.repeat(100_000)],
    ['a word without an end', 'antidisestablishmentarianism'.repeat(4_000)],
    ['Han without punctuation', '天地玄黄宇宙洪荒日月盈昃辰宿列张'.repeat(4_000)],
    ['spaces', ' '.repeat(100_000)],
    ['line ends', '\r\n'.repeat(50_000)],
    ['punctuation', '=-'.repeat(50_000)],
    ['combining marks', `e${'\u0301'.repeat(100_000)}`],
    ['lone surrogates', '\ud83d'.repeat(100_000)],
    ['emoji', '👩‍👩‍👧'.repeat(12_000)],
  ] as const) {
    it(`takes 100,000 characters of ${what}`, () => {
      const count = counter.count(text);
      assert.ok(count > 0 && count <= 3 * text.length, String(count));
    });
  }

  describe('without its table', () => {
    it('falls back to the rule of thumb, and says so once', () => {
      const failures: unknown[] = [];
      const missing = new Error('no such file');
      const rough = loadTokenCounter({
        readTable: () => {
          throw missing;
        },
        onFailure: (error) => failures.push(error),
      });
      assert.equal(rough.count('abcdefgh'), 2);
      assert.equal(rough.count('你好'), 2);
      assert.equal(rough.count('你好 abcd!'), 4);
      assert.equal(rough.count(''), 0);
      assert.deepEqual(failures, [missing]);
    });

    it('does so for a table that is cut or damaged, too', () => {
      for (const broken of [new Uint8Array(), table.subarray(0, 1_000), Uint8Array.of(1, 2, 3)]) {
        let failures = 0;
        assert.equal(loadTokenCounter({ readTable: () => broken, onFailure: () => failures++ }).count('abcd'), 1);
        assert.equal(failures, 1);
      }
    });

    it('does so when the file that ships is not there, as beside these sources', () => {
      let failure: unknown;
      assert.equal(loadTokenCounter({ onFailure: (error) => (failure = error) }).count('abcd'), 1);
      assert.match(String(failure), /ENOENT.*tokens\.bin/);
    });
  });
});
