import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer } from '../support/replies';
import { collect, find, set, startFixture, stopFixture, type HostFixture } from '../support/extensionHost';

/** Much more than other tests of this window have spent today. */
const dailyUsd = 1e5;

describe('daily budget', () => {
  let fixture: HostFixture;
  /** The warnings of the window, with the titles of their buttons. */
  let warnings: string[];
  let pressed: string | undefined;
  let warned: () => void;
  const { showWarningMessage } = vscode.window;

  before(async () => {
    fixture = await startFixture(answer('hello there'));
    const stub = (...parts: readonly unknown[]): Promise<unknown> => {
      warnings.push(parts.filter((part) => typeof part === 'string').join(' | '));
      warned();
      return Promise.resolve(pressed);
    };
    Object.assign(vscode.window, { showWarningMessage: stub });
  });
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    fixture.gateway.reset();
    [warnings, pressed, warned] = [[], undefined, () => undefined];
  });
  after(async () => {
    Object.assign(vscode.window, { showWarningMessage });
    await set('budget', undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await stopFixture(fixture);
  });

  /** Another extension spends this share of the budget. Resolves when the window has shown a warning. */
  async function spend(share: number): Promise<void> {
    const shown = new Promise<void>((resolve) => (warned = resolve));
    await pay(share);
    await shown;
  }
  async function pay(share: number): Promise<void> {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: share * dailyUsd };
    fixture.gateway.script = () => answer('hello there', { usage });
    find(await collect(fixture.api.ask('hello')), 'done');
    fixture.gateway.script = () => answer('hello there');
  }
  const ask = (prompt: string): Thenable<unknown> => vscode.commands.executeCommand('holysheep.ask', { prompt });

  it('shows a warning when 80% is used', async () => {
    await set('budget', { daily: dailyUsd, action: 'ask' });
    // Keeps the average cost, which is the estimate for a running request, below a quarter of the budget.
    for (let requests = 0; requests < 9; requests++) await pay(0.001);
    fixture.gateway.reset();
    await spend(0.85);
    assert.match(warnings.join(), /^You have used 8\d% of today's budget: .* of \$100,000\.00\. \| Usage$/);
    assert.equal(warnings.length, 1);
  });

  it('allows a prompt without asking the user while the budget is not used up', async () => {
    await ask('and you?');
    assert.equal((await fixture.gateway.request(1)).json?.messages.at(-1)?.content, 'and you?');
    assert.deepEqual(warnings, []);
  });

  it('allows a prompt only with the consent of the user once the budget is used up', async () => {
    await pay(0.2);
    assert.deepEqual([fixture.gateway.requests.length, warnings], [1, []]);
    await ask('one');
    assert.equal(fixture.gateway.requests.length, 1);
    assert.match(warnings.at(-1) ?? '', /^Send the request anyway\? \| Open usage \| Send anyway$/);
    pressed = 'Send anyway';
    await ask('two');
    assert.equal((await fixture.gateway.request(2)).json?.messages.at(-1)?.content, 'two');
  });

  it('refuses all requests from other extensions after the user has once declined to exceed the budget', async () => {
    await pay(0.3);
    const kinds = async (): Promise<readonly string[]> => {
      const requests = [1, 2].map(() => collect(fixture.api.ask('hello')));
      return (await Promise.all(requests)).map((events) => find(events, 'failed').kind);
    };
    assert.deepEqual(await kinds(), ['spending-limit', 'spending-limit']);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^Send further requests anyway\? \| Open usage \| Send anyway$/);
    assert.deepEqual(await kinds(), ['spending-limit', 'spending-limit']);
    assert.deepEqual([fixture.gateway.requests.length, warnings.length], [1, 1]);
  });

  it('refuses requests to language models of VS Code with a message that tells the user what to do', async () => {
    const [model] = await vscode.lm.selectChatModels({ vendor: 'holysheep', id: 'gpt-4o' });
    assert.ok(model);
    const request = async (): Promise<void> => {
      const { text } = await model.sendRequest([vscode.LanguageModelChatMessage.User('hello')]);
      for await (const part of text) assert.fail(part);
    };
    await assert.rejects(request, /Agree to exceed it in HolySheep Prompt, or raise holysheep\.budget\./);
    assert.deepEqual([fixture.gateway.requests.length, warnings], [0, []]);
  });

  it('allows requests from other extensions after the user has agreed to exceed the budget', async () => {
    pressed = 'Send anyway';
    await ask('three');
    await fixture.gateway.request(1);
    find(await collect(fixture.api.ask('hello')), 'done');
    assert.equal(warnings.length, 1);
  });
});
