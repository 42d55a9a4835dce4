import assert from 'node:assert/strict';
import type { SetApiKeyResult } from '../../../src/host/ui/notifications';
import { useVSCode } from '../../support/fakeVSCode';

describe('key dialog', () => {
  let result: SetApiKeyResult | undefined;
  useVSCode({ commands: { executeCommand: () => Promise.resolve(result) } });

  it('reports success if the key was saved, with or without verification', async () => {
    const { enterApiKey } = await import('../../../src/host/ui/notifications');
    const states = ['verified', 'unverified', 'rejected', 'invalid', 'cancelled', undefined] as const;
    const stored: (string | undefined)[] = [];
    for (const state of states) {
      result = state && { state };
      if (await enterApiKey()) stored.push(state);
    }
    assert.deepEqual(stored, ['verified', 'unverified']);
  });
});
