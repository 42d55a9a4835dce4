import assert from 'node:assert/strict';
import o200k from 'gpt-tokenizer/bpeRanks/o200k_base';
import { isUtf8 } from 'node:buffer';
import { brotliCompressSync } from 'node:zlib';
import { packTokenRanks, shippedRanks } from '../../../build/tokenRanks.cjs';
import { readRankTable } from '../../../src/host/languageModels/rankTable';

describe('the table of token ranks', () => {
  it('is the beginning of the encoding, token by token', async () => {
    const hex = (token: string | readonly number[]): string => Buffer.from(token as string).toString('hex');
    assert.deepEqual(readRankTable(await packTokenRanks()).map(hex), o200k.slice(0, shippedRanks).map(hex));
  });

  it('has texts as texts, and bytes where a token ends within a character', async () => {
    const ranks = readRankTable(await packTokenRanks());
    assert.ok(ranks.includes(' function') && ranks.includes('的') && ranks.includes('\ufeff'));
    for (const token of ranks) if (typeof token !== 'string') assert.ok(!isUtf8(Uint8Array.from(token)));
  });

  it('takes no more of the package than it may', async () => {
    const { length } = await packTokenRanks();
    assert.ok(length <= 85_000, String(length));
  });

  it('is refused when it is cut or damaged', () => {
    const merge = Buffer.alloc(4, 255);
    assert.throws(() => readRankTable(brotliCompressSync(Buffer.alloc(255))), /is cut/);
    assert.throws(() => readRankTable(brotliCompressSync(Buffer.alloc(258))), /is cut/);
    assert.throws(() => readRankTable(brotliCompressSync(Buffer.concat([Buffer.alloc(256), merge]))), /is damaged/);
  });
});
