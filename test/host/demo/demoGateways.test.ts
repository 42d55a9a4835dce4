import assert from 'node:assert/strict';
import { respondsAsGateway } from '../../../src/engine/gate/networkCheck';
import type { DemoGateways } from '../../../src/host/demo/demoGateways';
import type { Log } from '../../../src/host/util/log';
import { fake } from '../../support/fake';
import { systemClock } from '../../../src/host/util/systemClock';
import { EventEmitter } from '../../support/fakeEditor';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';

const gatewayDown = 'demo-gateway-down';

describe('gateways of the offline demo', () => {
  let demo: DemoGateways;
  useVSCode({
    EventEmitter,
    l10n: englishL10n,
  });
  beforeEach(async () => {
    const { DemoGateways } = await import('../../../src/host/demo/demoGateways');
    demo = new DemoGateways({ log: fake<Log>({}), version: '1', defaults: () => assert.fail() });
  });
  afterEach(() => demo.close());

  /** Sends a request for an answer. Resolves with its status, or with undefined if there is no response. */
  const ask = async (baseUrl = '', model = gatewayDown): Promise<number | undefined> => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], stream: true });
    try {
      const response = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body });
      await response.body?.cancel();
      return response.status;
    } catch {
      return undefined;
    }
  };

  /** The base URLs of the gateways for a model. */
  const urls = async (model = gatewayDown): Promise<readonly string[]> =>
    (await demo.gateways(model)).map(({ id }) => id);

  it('include a backup gateway only in the scenario with a primary gateway that is down', async () => {
    await demo.open();
    for (const { id } of demo.models()) {
      assert.equal((await urls(id)).length, id === gatewayDown ? 2 : 1, id);
    }
  });

  it('answer only at the backup gateway if the primary gateway is down', async () => {
    await demo.open();
    const [primary, backup] = await urls();
    assert.notEqual(backup, primary);
    const statuses = [await ask(primary), await ask(primary), await ask(backup), await ask(primary)];
    assert.deepEqual(statuses, [undefined, undefined, 200, undefined]);
  });

  it('include the same backup gateway for all prompts of a demo', async () => {
    await demo.open();
    const [first, second] = await Promise.all([urls(), urls()]);
    assert.equal(first[1], second[1]);
    await demo.close();
    await assert.rejects(demo.gateways(gatewayDown), { connectionProblem: 'base-url' });
    assert.equal(await ask(first[1], 'demo-steady'), undefined);
    await demo.open();
    assert.equal(await ask((await urls())[1], 'demo-steady'), 200);
  });

  it('are stopped when VS Code exits, even while the backup gateway is still starting', async () => {
    await demo.open();
    const starting = urls();
    demo.dispose();
    const [, backup] = await starting;
    while ((await ask(backup, 'demo-steady')) !== undefined);
  });

  it('respond to the request that tests whether a gateway works', async () => {
    await demo.open();
    for (const baseUrl of await urls()) {
      const { signal } = new AbortController();
      assert.ok(await respondsAsGateway({ clock: systemClock, fetch }, baseUrl, signal));
    }
  });
});
