import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer } from '../support/replies';
import { startGateway } from '../support/testGateway';
import type { ConnectionTest } from '../../src/host/connection/connectionTest';
import { collect, find, set, testKey, useFixture, type HostFixture } from '../support/extensionHost';
import { hostileModel, hostileWords, offeredActions, useHostileSettings } from '../support/hostileWorkspace';
import { valuesOf } from '../support/valuesOf';

describe('trusted workspace with hostile settings', () => {
  let fixture: HostFixture;
  useFixture(answer('fine'), (started) => (fixture = started));
  useHostileSettings();
  beforeEach(() => fixture.gateway.reset());

  it('can choose the model and its parameters but not the gateway or the system prompt', async () => {
    assert.equal(vscode.workspace.isTrusted, true);
    assert.equal(find(await collect(fixture.api.ask('hello')), 'done').text, 'fine');
    const [request] = fixture.gateway.requests;
    assert.equal(request?.headers.authorization, `Bearer ${testKey}`);
    const { json } = request;
    assert.deepEqual([json?.model, json?.['temperature'], json?.['max_tokens']], [hostileModel, 1.5, 3]);
    assert.deepEqual(json?.messages, [{ role: 'user', content: 'hello' }]);
  });

  it("can't add text to the lightbulb menu or to a prompt before the user consents", async () => {
    const offered = await offeredActions();
    assert.deepEqual(
      offered.filter((title) => title.includes('Hostile')),
      [],
    );
    assert.ok(offered.length >= 4);
    await vscode.commands.executeCommand('holysheep.ask', { prompt: 'hello', newConversation: true });
    const { body } = await fixture.gateway.request(1);
    assert.ok(!body.includes(hostileWords));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it("can't select a backup gateway through a model that the user's own settings don't name", async () => {
    const backup = await startGateway();
    backup.script = () => answer('from the backup');
    const usersModel = vscode.workspace.getConfiguration('holysheep').inspect('model')?.globalValue;
    await set('backupBaseUrls', [{ baseUrl: backup.baseUrl, models: { [hostileModel]: hostileModel } }]);
    await vscode.commands.executeCommand('holysheep.setApiKey', { key: testKey, baseUrl: backup.baseUrl });
    try {
      assert.equal(find(await collect(fixture.api.ask('hello')), 'done').text, 'fine');
      await set('model', hostileModel);
      assert.equal(find(await collect(fixture.api.ask('hello')), 'done').text, 'from the backup');
    } finally {
      await set('model', usersModel);
      await set('backupBaseUrls', undefined);
      await backup.close();
    }
  });

  it("can't redirect the connection test or add a gateway to it", async () => {
    const result = await vscode.commands.executeCommand<ConnectionTest>('holysheep.testConnection');
    assert.equal(result.state, 'verified');
    assert.deepEqual(valuesOf(valuesOf(result.gateways, 'gateway'), 'id'), [fixture.gateway.baseUrl]);
    assert.equal(fixture.gateway.modelRequests.at(-1)?.headers.authorization, `Bearer ${testKey}`);
  });
});
