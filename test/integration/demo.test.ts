import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import { closeAll, shows, tabs } from '../support/conversationTabs';
import { collect, find, resetNetworkState, testKey, useFixture, type HostFixture } from '../support/extensionHost';

/** Records all requests that the extension sends in this process. */
class RequestRecorder {
  readonly sent: { readonly origin: string; readonly authorization: string | null; readonly model: string }[] = [];
  private readonly originalFetch = globalThis.fetch;
  private notify: () => void = () => undefined;

  constructor() {
    globalThis.fetch = (input, init) => {
      const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
      if (pathname.endsWith('/chat/completions') && typeof init?.body === 'string') {
        const { model } = JSON.parse(init.body) as { model: string };
        this.sent.push({ origin, authorization: new Headers(init.headers).get('authorization'), model });
        this.notify();
      }
      return this.originalFetch(input, init);
    };
  }

  async until(isDone: (sent: RequestRecorder['sent']) => boolean): Promise<void> {
    while (!isDone(this.sent)) await new Promise<void>((resolve) => (this.notify = resolve));
  }

  dispose(): void {
    globalThis.fetch = this.originalFetch;
  }
}

describe('offline demo', () => {
  let fixture: HostFixture;
  let recorder: RequestRecorder;
  useFixture(answer('from the real gateway'), (started) => (fixture = started));
  beforeEach(async () => {
    recorder = new RequestRecorder();
    fixture.gateway.reset();
    fixture.gateway.script = () => answer('from the real gateway');
    await resetNetworkState();
  });
  afterEach(async () => {
    recorder.dispose();
    await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
  });

  const openDemo = (): Thenable<unknown> => vscode.commands.executeCommand('holysheep.openDemo');
  const ask = (prompt: unknown): Thenable<unknown> => vscode.commands.executeCommand('holysheep.ask', prompt);
  const isRealGateway = ({ origin }: { readonly origin: string }): boolean => origin === fixture.gateway.origin;

  it('does not change the gateway of requests from other extensions', async () => {
    await openDemo();
    const events = await collect(fixture.api.ask('How do I retry?'));
    assert.equal(find(events, 'done').text, 'from the real gateway');
    const { origin } = fixture.gateway;
    assert.deepEqual(recorder.sent, [{ origin, authorization: `Bearer ${testKey}`, model: 'gpt-4o' }]);
  });

  it("sends neither the user's API key to the demo gateway nor the demo key to the user's gateway", async () => {
    fixture.gateway.script = replySequence(rateLimited(1), answer('from the real gateway'));
    await ask({ prompt: 'a real question', newConversation: true });
    await fixture.gateway.request(1);
    await openDemo();
    await ask('a question to the demo');
    await fixture.gateway.request(2);
    await recorder.until((sent) => sent.length === 3);
    for (const sent of recorder.sent) {
      const expected = [`Bearer ${testKey}`, 'gpt-4o'];
      assert.deepEqual(
        [sent.authorization, sent.model],
        isRealGateway(sent) ? expected : ['Bearer hsa-demo', 'demo-steady'],
      );
    }
    assert.deepEqual(recorder.sent.filter(isRealGateway).length, 2);
  });

  it('ends when the last demo panel is closed, even while other panels are open', async () => {
    await closeAll();
    await ask({ prompt: 'a real question', newConversation: true });
    await fixture.gateway.request(1);
    await openDemo();
    await ask('first to the demo');
    await ask({ prompt: 'second to the demo', newConversation: true });
    await recorder.until((sent) => sent.length === 3);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await shows(['a real question', 'first to the demo']);
    await ask({ prompt: 'third to the demo', newConversation: true });
    await recorder.until((sent) => sent.length === 4);
    assert.deepEqual(recorder.sent.map(isRealGateway), [true, false, false, false]);
    await shows(['a real question', 'first to the demo', 'third to the demo']);
    await vscode.window.tabGroups.close(tabs().slice(1));
    await shows(['a real question']);
    await ask({ prompt: 'another real question', newConversation: true });
    await fixture.gateway.request(2);
  });

  it('does not change the gateway of prompts in older conversations', async () => {
    await closeAll();
    await ask({ prompt: 'a real question', newConversation: true });
    await fixture.gateway.request(1);
    await openDemo();
    await shows(['a real question', 'HolySheep']);
    await vscode.commands.executeCommand('holysheep.showPanel');
    await vscode.commands.executeCommand('workbench.action.previousEditorInGroup');
    await ask('and then?');
    const { json } = await fixture.gateway.request(2);
    assert.deepEqual([json?.model, json?.messages[0]?.content], ['gpt-4o', 'a real question']);
    assert.deepEqual(recorder.sent.map(isRealGateway), [true, true]);
  });
});
