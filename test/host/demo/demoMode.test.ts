import assert from 'node:assert/strict';
import { respondsAsGateway } from '../../../src/engine/gate/networkCheck';
import type { DemoMode } from '../../../src/host/connection/demoMode';
import { systemClock } from '../../../src/host/util/systemClock';
import { EventEmitter } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';

const gatewayDown = 'demo-gateway-down';

describe('gateways of the offline demo', () => {
  let demo: DemoMode;
  useVSCode({
    EventEmitter,
  });
  beforeEach(async () => {
    const { DemoMode } = await import('../../../src/host/connection/demoMode');
    demo = new DemoMode();
  });
  afterEach(() => demo.leave());

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

  it('include a backup gateway only for the scenario in which the primary gateway is down', async () => {
    await demo.enter();
    for (const { id } of demo.models()) {
      assert.equal((await demo.backupBaseUrl(id)) !== undefined, id === gatewayDown, id);
    }
  });

  it('answer through the backup gateway after two attempts through the primary gateway were reset', async () => {
    await demo.enter();
    const backup = await demo.backupBaseUrl(gatewayDown);
    assert.notEqual(backup, demo.baseUrl);
    const statuses = [await ask(demo.baseUrl), await ask(demo.baseUrl), await ask(backup), await ask(demo.baseUrl)];
    assert.deepEqual(statuses, [undefined, undefined, 200, undefined]);
  });

  it('use the same backup gateway until the demo ends, and another one in the next demo', async () => {
    await demo.enter();
    const [first, second] = await Promise.all([demo.backupBaseUrl(gatewayDown), demo.backupBaseUrl(gatewayDown)]);
    assert.equal(first, second);
    await demo.leave();
    assert.equal(await demo.backupBaseUrl(gatewayDown), undefined);
    assert.equal(await ask(first, 'demo-steady'), undefined);
    await demo.enter();
    assert.equal(await ask(await demo.backupBaseUrl(gatewayDown), 'demo-steady'), 200);
  });

  it('are closed when VS Code ends while the backup gateway starts', async () => {
    await demo.enter();
    const starting = demo.backupBaseUrl(gatewayDown);
    demo.dispose();
    const backup = await starting;
    while ((await ask(backup, 'demo-steady')) !== undefined);
  });

  it('respond to the probe of a gateway', async () => {
    await demo.enter();
    for (const baseUrl of [demo.baseUrl, await demo.backupBaseUrl(gatewayDown)]) {
      const { signal } = new AbortController();
      assert.ok(await respondsAsGateway({ clock: systemClock, fetch }, baseUrl ?? '', signal));
    }
  });
});
