import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer } from '../support/replies';
import { resetNetworkState, startFixture, stopFixture, testKey, type HostFixture } from '../support/extensionHost';

describe('Copy Request as Code', () => {
  let fixture: HostFixture;
  before(async () => {
    fixture = await startFixture(answer('An answer.'));
  });
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });
  after(async () => {
    await vscode.commands.executeCommand('holysheep.setApiKey', 'hsa-after-the-demo');
    await stopFixture(fixture);
  });

  const copy = async (language?: string): Promise<string | undefined> =>
    vscode.commands.executeCommand<string | undefined>('holysheep.copyRequest', language);
  const ask = async (argument: object): Promise<void> => {
    await vscode.commands.executeCommand('holysheep.ask', argument);
  };

  it('leaves the clipboard unchanged before the first prompt', async () => {
    await vscode.env.clipboard.writeText('before');
    await vscode.commands.executeCommand('holysheep.newConversation');
    assert.equal(await copy('curl'), undefined);
    assert.equal(await vscode.env.clipboard.readText(), 'before');
  });

  it('copies the request with its gateway but without the API key', async () => {
    await ask({ prompt: "What's `this`?", model: 'claude-opus-4', newConversation: true });
    const { json } = await fixture.gateway.request(1);
    for (const language of ['curl', 'python', 'node']) {
      const code = await copy(language);
      assert.equal(await vscode.env.clipboard.readText(), code);
      assert.ok(code);
      assert.ok(code.includes(fixture.gateway.baseUrl), code);
      assert.ok(code.includes('"claude-opus-4"'));
      assert.ok(code.includes("What's `this`?"));
      assert.ok(code.includes('HOLYSHEEP_API_KEY'));
      assert.ok(!code.includes(testKey));
    }
    const body = JSON.parse(/<<'JSON'[^\n]*\n(.*)\nJSON\n\)\n$/s.exec((await copy('curl')) ?? '')?.[1] ?? '') as object;
    const sent: Record<string, unknown> = { ...json };
    delete sent['stream_options'];
    assert.deepEqual(body, sent);
  });

  it('replaces the gateway and the model of the offline demo with those of the user', async () => {
    await vscode.commands.executeCommand('holysheep.openDemo');
    await ask({ prompt: 'How do I retry?', model: 'demo-rate-limit', newConversation: true });
    const code = await copy('python');
    assert.ok(code);
    assert.ok(code.includes(`BASE_URL = "${fixture.gateway.baseUrl}"`), code);
    assert.ok(code.includes('"model": "gpt-4o"'));
    assert.ok(code.includes('# Copied from the offline demo.'));
    assert.ok(!code.includes('demo-rate-limit'));
    assert.equal(fixture.gateway.requests.length, 0);
  });
});
