import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer, inTurn, rateLimited } from '../../src/demo/replies';
import {
  collect,
  find,
  resetNetworkState,
  startFixture,
  stopFixture,
  type HostFixture,
} from '../support/extensionHost';

describe('the offline demo', () => {
  let fixture: HostFixture;
  before(async () => {
    fixture = await startFixture(() => answer('from the real gateway'));
  });
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });
  after(async () => {
    await vscode.commands.executeCommand('holysheep.setApiKey', 'hsa-after-the-demo');
    await stopFixture(fixture);
  });

  it('answers without the real gateway', async () => {
    await vscode.commands.executeCommand('holysheep.openDemo');
    const events = await collect(fixture.api.ask('How do I retry?'));
    assert.ok(find(events, 'done').text.length > 100);
    assert.equal(fixture.gateway.requests.length, 0);
  });

  it('leaves nothing behind: its waiting turn ends with it, and a real question finds the real gateway', async () => {
    await vscode.commands.executeCommand('holysheep.openDemo');
    const limited = { prompt: 'limit me', model: 'demo-rate-limit', newConversation: true };
    await vscode.commands.executeCommand('holysheep.ask', limited);
    await vscode.commands.executeCommand('holysheep.setApiKey', 'hsa-leaves-the-demo');
    await vscode.commands.executeCommand('holysheep.ask', 'a real question');
    const { json } = await fixture.gateway.request(1);
    assert.deepEqual(json?.messages, [{ role: 'user', content: 'a real question' }]);
    assert.equal(json['model'], 'gpt-4o');
    assert.equal(fixture.gateway.requests.length, 1);
  });

  it('never answers a real question that waits', async () => {
    fixture.gateway.script = inTurn(
      () => rateLimited(1),
      () => answer('from the real gateway'),
    );
    await vscode.commands.executeCommand('holysheep.ask', { prompt: 'a real question', newConversation: true });
    await fixture.gateway.request(1);
    await vscode.commands.executeCommand('holysheep.openDemo');
    const { json } = await fixture.gateway.request(2);
    assert.equal(json?.messages.at(-1)?.content, 'a real question');
  });
});
