import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { failure } from '../../src/demo/replies';
import { textsOf } from '../support/gateway/sentTexts';
import type { GatewayRequest } from '../support/gateway/script';
import { closeAll } from '../support/conversationTabs';
import { resetNetworkState, useFixture, type HostFixture } from '../support/extensionHost';
import { answer } from '../support/replies';

describe('comparison of models', () => {
  let fixture: HostFixture;
  useFixture(answer('unused'), (started) => (fixture = started));
  const models = ['gpt-4o', 'deepseek-v3', 'claude-sonnet-4'];
  const modelOf = ({ json }: GatewayRequest): string => json?.model ?? '';
  const compare = (argument: unknown) => vscode.commands.executeCommand('holysheep.compareModels', argument);
  const requests = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => fixture.gateway.request(index + 1)));

  beforeEach(async () => {
    await resetNetworkState();
    fixture.gateway.reset();
    fixture.gateway.script = (request) => answer(`answer of ${modelOf(request)}`);
    await vscode.commands.executeCommand('holysheep.newConversation');
  });
  afterEach(closeAll);

  it('sends the same messages to all models at the same time', async () => {
    const all = requests(3);
    fixture.gateway.script = (request) => [{ until: all }, ...answer(`answer of ${modelOf(request)}`)];
    await compare({ prompt: 'Why?', models });
    const sent = await all;
    assert.deepEqual(sent.map(modelOf).sort(), [...models].sort());
    for (const { json } of sent) assert.deepEqual(textsOf(json), ['Why?']);
    await Promise.all(sent.map(({ closed }) => closed));
  });

  it('includes exactly one of its answers in the request for the next prompt', async () => {
    await compare({ prompt: 'Why?', models });
    const sent = await requests(3);
    assert.deepEqual(await Promise.all(sent.map(({ closed }) => closed)), ['server', 'server', 'server']);
    await vscode.commands.executeCommand('holysheep.ask', 'And then?');
    const { json } = await fixture.gateway.request(4);
    const texts = json?.messages.map(({ content }) => content) ?? [];
    // The gateway can't know in which order the extension has read the ends of the answers.
    const included = models.map((model) => `answer of ${model}`).filter((text) => texts.includes(text));
    assert.equal(included.length, 1);
    assert.deepEqual(texts.slice(-3), ['Why?', ...included, 'And then?']);
  });

  it('delays only the answer of a rate-limited model', async () => {
    const limited = models[0]!;
    const firstRequests = requests(3);
    const refused = firstRequests.then((sent) => sent.find((request) => modelOf(request) === limited)?.closed);
    let isRetry = false;
    fixture.gateway.script = (request) => {
      if (modelOf(request) !== limited || isRetry) {
        return [{ until: refused }, ...answer(`answer of ${modelOf(request)}`)];
      }
      isRetry = true;
      return [{ until: firstRequests }, ...failure(429, { message: 'slow down' }, { 'retry-after': '1' })];
    };
    await compare({ prompt: 'Why?', models });
    const sent = await firstRequests;
    assert.deepEqual(sent.map(modelOf).sort(), [...models].sort());
    assert.deepEqual(await Promise.all(sent.map(({ closed }) => closed)), ['server', 'server', 'server']);
    const retry = await fixture.gateway.request(4);
    assert.equal(modelOf(retry), limited);
    assert.equal(await retry.closed, 'server');
  });

  it('retries the models one after another when all models are rate-limited', async () => {
    const limited = new Set<string>();
    let waiting = 0;
    let mostWaiting = 0;
    fixture.gateway.script = function* (request) {
      if (!limited.has(modelOf(request))) {
        limited.add(modelOf(request));
        yield* failure(429, { message: 'slow down' }, { 'retry-after': '1' });
        return;
      }
      mostWaiting = Math.max(mostWaiting, ++waiting);
      yield { waitMs: 50 };
      waiting--;
      yield* answer(`answer of ${modelOf(request)}`);
    };
    await compare({ prompt: 'Why?', models });
    const sent = await requests(2 * models.length);
    await Promise.all(sent.map(({ closed }) => closed));
    assert.equal(mostWaiting, 1);
  });

  it('is rejected when a model is named twice', async () => {
    await assert.rejects(async () => compare({ prompt: 'Why?', models: ['gpt-4o', 'gpt-4o'] }), /“models”/);
    assert.equal(fixture.gateway.requests.length, 0);
  });
});
