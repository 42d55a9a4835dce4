import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { textsOf } from '../../support/gateway/sentTexts';
import { startGateway, type Gateway, type GatewayRequest } from '../../support/testGateway';
import { answer } from '../../support/replies';
import { collect, extensionApi, find, resetNetworkState, set, testKey } from '../../support/extensionHost';

const names = [
  'model',
  'fallbackModels',
  'systemPrompt',
  'temperature',
  'maxTokens',
  'prompts',
  'resume',
  'history.limit',
  'retry.maxRetries',
  'retry.baseDelayMs',
  'retry.maxDelayMs',
  'retry.jitter',
  'retry.maxHintMs',
  'timeout.headersMs',
  'timeout.firstTokenMs',
  'timeout.idleMs',
  'timeout.silentMs',
];

describe('invalid settings', () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway({ script: () => answer('the answer') });
  });
  beforeEach(async () => {
    gateway.reset();
    await resetNetworkState();
  });
  after(async () => {
    await Promise.all(['baseUrl', ...names].map((name) => set(name, undefined)));
    await gateway.close();
  });

  const sendRequest = async (): Promise<NonNullable<GatewayRequest['json']>> => {
    const events = await collect((await extensionApi()).ask('hello'));
    assert.equal(find(events, 'done').text, 'the answer');
    return gateway.requests[0]?.json ?? assert.fail('no request');
  };

  it('are replaced with usable values when the extension starts and sends a prompt', async () => {
    const configuration = vscode.workspace.getConfiguration('holysheep');
    assert.equal(configuration.inspect('temperature')?.globalValue, 'hot');
    await set('baseUrl', gateway.baseUrl);
    await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
    const sent = await sendRequest();
    const { model, temperature, max_tokens: maxTokens } = sent;
    assert.deepEqual([model, temperature, maxTokens], ['claude-sonnet-4', 0.7, 2048]);
    assert.deepEqual(textsOf(sent), ['hello']);
  });

  for (const value of [null, 1e308, 'nonsense', {}]) {
    it(`are replaced with usable values when each setting is ${JSON.stringify(value)}`, async () => {
      await Promise.all(names.map((name) => set(name, value)));
      const { model, temperature, max_tokens: maxTokens } = await sendRequest();
      assert.ok(typeof model === 'string' && model !== '');
      assert.ok(Number(temperature) >= 0 && Number(temperature) <= 2, String(temperature));
      assert.ok(Number.isInteger(maxTokens) && Number(maxTokens) >= 1, String(maxTokens));
    });
  }

  for (const value of [42, null, {}, ['http://127.0.0.1:9/v1']]) {
    it(`are replaced with the default base URL when the base URL is ${JSON.stringify(value)}`, async () => {
      await set('baseUrl', value);
      const report = await vscode.commands.executeCommand<string>('holysheep.exportDiagnostics');
      const { settings } = JSON.parse(report) as { readonly settings: { readonly origin: string } };
      assert.equal(settings.origin, 'https://api.holysheep.ai');
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    });
  }
});
