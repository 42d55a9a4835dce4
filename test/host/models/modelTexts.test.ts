import assert from 'node:assert/strict';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { ended, entry, failedEntry, origin, recordsOf, turn } from '../../support/host/healthRecords';

const load = () => import('../../../src/host/models/modelTexts');

describe('description of a model in the model picker', () => {
  useVSCode(new FakeEditor().api());

  const texts: readonly (readonly [facts: ModelFacts | undefined, text: string | undefined])[] = [
    [undefined, undefined],
    [{ tools: true, images: false }, undefined],
    [
      { contextWindow: 200_000, images: true, price: { input: 3, output: 15 } },
      '200K · images · $3 in / $15 out per 1M',
    ],
    [{ contextWindow: 131_072 }, '128K'],
    [{ contextWindow: 1_048_576 }, '1M'],
    [{ contextWindow: 1_050_000 }, '1.1M'],
    [{ contextWindow: 128_000 }, '128K'],
    [{ contextWindow: 204_800 }, '200K'],
    [{ contextWindow: 500 }, '500'],
    [{ price: { input: 0.075, output: 0.3, cacheRead: 0.01 } }, '$0.075 in / $0.3 out per 1M'],
    [{ price: { input: 0, output: 0 } }, 'free'],
  ];
  for (const [facts, text] of texts) {
    it(`is ${text === undefined ? 'absent' : `“${text}”`} for ${JSON.stringify(facts)}`, async () => {
      assert.equal((await load()).createFactsText()(facts), text);
    });
  }
});

describe('success rate and speed of a model in the model picker', () => {
  useVSCode(new FakeEditor().api());
  const time = Date.now();
  const complete = entry({ time, end: ended({ firstTokenMs: 1200 }) });
  const failed = failedEntry({ time });
  const many = Array.from({ length: 999 }, () => complete);
  const twentyNineOf100 = Array.from({ length: 100 }, (_, index) => (index < 29 ? complete : failed));

  const situations: readonly {
    readonly situation: string;
    readonly attempts: readonly LedgerEntry[];
    readonly text: string | undefined;
  }[] = [
    {
      situation: 'some turns failed',
      attempts: [complete, complete, complete, complete, failed],
      text: 'success rate 80% · first token 1.2 s',
    },
    {
      situation: '29 of 100 turns were complete',
      attempts: twentyNineOf100,
      text: 'success rate 29% · first token 1.2 s',
    },
    {
      situation: 'one of very many turns failed',
      attempts: [...many, failed],
      text: 'success rate 99% · first token 1.2 s',
    },
    { situation: 'no turn failed', attempts: many, text: 'success rate 100% · first token 1.2 s' },
    { situation: 'no token has ever arrived', attempts: Array(5).fill(failed), text: 'success rate 0%' },
    { situation: 'the model had fewer than five turns', attempts: [complete], text: 'first token 1.2 s' },
    { situation: 'the model was not used', attempts: [{ ...complete, model: 'other' }], text: undefined },
  ];
  for (const { situation, attempts, text } of situations) {
    it(`is ${text === undefined ? 'absent' : `“${text}”`} when ${situation}`, async () => {
      const { createEssenceText } = await load();
      assert.equal(createEssenceText(attempts.flatMap((attempt) => recordsOf(turn(attempt))))('gpt-4o', origin), text);
    });
  }

  it('begins with the time until which requests to the model are paused', async () => {
    const { createEssenceText } = await load();
    assert.match(createEssenceText([])('gpt-4o', origin, Date.now() + 60_000) ?? '', /^paused until .*[AP]M$/);
  });
});
