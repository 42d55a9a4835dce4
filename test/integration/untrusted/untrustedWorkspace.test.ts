import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { failure } from '../../../src/demo/replies';
import { answer, replySequence } from '../../support/replies';
import { collect, find, resetNetworkState, testKey, useFixture, type HostFixture } from '../../support/extensionHost';
import { hostileWords, offeredActions, useHostileSettings } from '../../support/hostileWorkspace';

describe('untrusted workspace with hostile settings', () => {
  let fixture: HostFixture;
  useFixture(answer('fine'), (started) => (fixture = started));
  useHostileSettings();
  beforeEach(async () => {
    fixture.gateway.reset();
    fixture.gateway.script = () => answer('fine');
    await resetNetworkState();
  });

  it('is open in the test window without having been trusted', () => {
    assert.equal(vscode.workspace.isTrusted, false);
    assert.equal(vscode.workspace.getConfiguration('editor').get('tabSize'), 7);
  });

  it("can't change the gateway, the model or the parameters of a request", async () => {
    assert.equal(find(await collect(fixture.api.ask('hello')), 'done').text, 'fine');
    const [request, ...furtherRequests] = fixture.gateway.requests;
    assert.deepEqual(furtherRequests, []);
    assert.equal(request?.headers.authorization, `Bearer ${testKey}`);
    const { json } = request;
    assert.deepEqual([json?.model, json?.['temperature'], json?.['max_tokens']], ['gpt-4o', 0.7, 2048]);
    assert.deepEqual(json?.messages, [{ role: 'user', content: 'hello' }]);
  });

  it("can't change the retry settings", async () => {
    fixture.gateway.script = replySequence(failure(503, { message: 'no' }), answer('the second time'));
    assert.equal(find(await collect(fixture.api.ask('hello')), 'done').text, 'the second time');
  });

  it("can't add prompts to the lightbulb menu", async () => {
    const offered = await offeredActions();
    assert.deepEqual(
      offered.filter((title) => title.includes('Hostile')),
      [],
    );
    assert.ok(offered.length >= 4);
  });

  it("can't add text to a prompt", async () => {
    await vscode.commands.executeCommand('holysheep.ask', { prompt: 'hello', newConversation: true });
    const { body } = await fixture.gateway.request(1);
    assert.ok(!body.includes(hostileWords));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it("can't redirect the verification of a new API key to another gateway", async () => {
    const key = 'hsa-entered-in-a-hostile-place';
    const stored = await vscode.commands.executeCommand<{ state: string }>('holysheep.setApiKey', key);
    const tested = await vscode.commands.executeCommand<{ state: string }>('holysheep.testConnection');
    assert.deepEqual([stored.state, tested.state], ['verified', 'verified']);
    assert.equal(fixture.gateway.modelRequests.at(-1)?.headers.authorization, `Bearer ${key}`);
  });
});
