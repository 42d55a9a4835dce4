import assert from 'node:assert/strict';
import type { Exchange } from '../../../src/host/journal/exchange';
import { useVSCode } from '../../support/fakeVSCode';

describe('switch to another model in a failure card', () => {
  useVSCode({});
  const exchangeWith = (model: string, kind = 'model', fields: Partial<Exchange> = {}) =>
    ({ state: { model, failure: { kind } }, ...fields }) as unknown as Exchange;
  /** Returns what a switch of the exchange to `acme-2` changes. */
  const switched = async (exchange: Exchange | undefined, listed: readonly string[]): Promise<readonly string[]> => {
    const { switchModel } = await import('../../../src/host/panel/failureActions');
    const changes: string[] = [];
    const services = {
      connections: {
        model: () => 'acme-1',
        selectModel: (model: string) => Promise.resolve(void changes.push(`setting ${model}`)),
      },
      catalog: {
        canReplace: (missing: string, other: string) =>
          Promise.resolve(!listed.includes(missing) && listed.includes(other)),
      },
    };
    const conversation = {
      exchange: () => exchange,
      switchModel: (id: string, model: string) => void changes.push(`turn ${id} ${model}`),
    };
    await switchModel(services as unknown as Parameters<typeof switchModel>[0], conversation, 'e1', 'acme-2');
    return changes;
  };

  it('selects that model if the gateway lacks the selected model', async () => {
    assert.deepEqual(await switched(exchangeWith('acme-1'), ['acme-2']), ['turn e1 acme-2', 'setting acme-2']);
  });

  for (const [situation, exchange, listed] of [
    ['the gateway lists the selected model', exchangeWith('acme-1'), ['acme-1', 'acme-2']],
    ['the gateway lists neither model', exchangeWith('acme-1'), ['acme-3']],
    ['the failed model was chosen for one prompt only', exchangeWith('once'), ['acme-2']],
    ['the turn failed for another reason', exchangeWith('acme-1', 'rate-limit'), ['acme-2']],
    ['the exchange belongs to the demo', exchangeWith('acme-1', 'model', { demo: true }), ['acme-2']],
  ] as const) {
    it(`leaves the selected model unchanged if ${situation}`, async () => {
      assert.deepEqual(await switched(exchange, listed), ['turn e1 acme-2']);
    });
  }

  it('changes nothing if the exchange no longer exists', async () => {
    assert.deepEqual(await switched(undefined, ['acme-2']), []);
  });
});
