import assert from 'node:assert/strict';
import { respondsAsGateway } from '../../../src/engine/gate/networkCheck';
import type { DemoMode } from '../../../src/host/connection/demoMode';
import { systemClock } from '../../../src/host/util/systemClock';
import { EventEmitter } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';

const routeDown = 'demo-route-down';

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
  const ask = async (baseUrl = '', model = routeDown): Promise<number | undefined> => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], stream: true });
    try {
      const response = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body });
      await response.body?.cancel();
      return response.status;
    } catch {
      return undefined;
    }
  };

  it('include a backup route only for the scenario in which the primary route is down', async () => {
    await demo.enter();
    for (const { id } of demo.models()) {
      assert.equal((await demo.backupBaseUrl(id)) !== undefined, id === routeDown, id);
    }
  });

  it('answer over the backup route after two attempts over the primary route were reset', async () => {
    await demo.enter();
    const backup = await demo.backupBaseUrl(routeDown);
    assert.notEqual(backup, demo.baseUrl);
    const statuses = [await ask(demo.baseUrl), await ask(demo.baseUrl), await ask(backup), await ask(demo.baseUrl)];
    assert.deepEqual(statuses, [undefined, undefined, 200, undefined]);
  });

  it('use the same backup route until the demo ends, and another one in the next demo', async () => {
    await demo.enter();
    const [first, second] = await Promise.all([demo.backupBaseUrl(routeDown), demo.backupBaseUrl(routeDown)]);
    assert.equal(first, second);
    await demo.leave();
    assert.equal(await demo.backupBaseUrl(routeDown), undefined);
    assert.equal(await ask(first, 'demo-steady'), undefined);
    await demo.enter();
    assert.equal(await ask(await demo.backupBaseUrl(routeDown), 'demo-steady'), 200);
  });

  it('are closed when VS Code ends while the backup route starts', async () => {
    await demo.enter();
    const starting = demo.backupBaseUrl(routeDown);
    demo.dispose();
    const backup = await starting;
    while ((await ask(backup, 'demo-steady')) !== undefined);
  });

  it('respond to the probe of a route', async () => {
    await demo.enter();
    for (const baseUrl of [demo.baseUrl, await demo.backupBaseUrl(routeDown)]) {
      const { signal } = new AbortController();
      assert.ok(await respondsAsGateway({ clock: systemClock, fetch }, baseUrl ?? '', signal));
    }
  });
});
