import assert from 'node:assert/strict';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { recordsOf } from '../../../src/host/health/attemptRecord';
import { useVSCode } from '../../support/fakeVSCode';
import { MemoryHealth } from './memoryHealth';
import { entry, failedEntry, origin, turn } from './records';

const time = Date.now();
const complete = entry({ time, ended: { how: 'finished', ms: 3000, firstTokenMs: 1200, bytes: 1, chars: 1 } });
const failed = failedEntry({ time });

describe('success rate and speed of a model in the model picker', () => {
  useVSCode({
    env: { language: 'en' },
    l10n: {
      t: (message: string, ...values: readonly (string | number)[]) =>
        message.replaceAll(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
    },
  });

  const textOf = async (attempts: readonly LedgerEntry[]): Promise<string | undefined> => {
    const { essenceTexts } = await import('../../../src/host/health/essenceText');
    return essenceTexts(new MemoryHealth(recordsOf(turn(...attempts))))('gpt-4o', origin);
  };

  it('names the success rate and the median time to the first token', async () => {
    assert.equal(await textOf([complete, complete, complete, failed]), '75 % · first token 1.2 s');
  });

  it('never rounds up to 100 %', async () => {
    const attempts = Array.from({ length: 999 }, () => complete);
    assert.match((await textOf([...attempts, failed])) ?? '', /^99 %/);
    assert.match((await textOf(attempts)) ?? '', /^100 %/);
  });

  it('names no time when no token has ever arrived', async () => {
    assert.equal(await textOf([failed]), '0 %');
  });

  it('is absent for a model that was not used', async () => {
    assert.equal(await textOf([{ ...complete, model: 'other' }]), undefined);
  });
});
