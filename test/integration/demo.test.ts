import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { StreamEvent } from '../../src/core/events';
import { KnownKeys } from '../../src/core/knownKeys';
import type { EngineSettings } from '../../src/core/settings';
import type { ComposedFault } from '../../src/demo/composedFaults';
import { answer, inTurn, rateLimited } from '../../src/demo/replies';
import { demoEngine } from '../../src/host/demo/demoEngine';
import { DemoMode } from '../../src/host/demo/demoMode';
import { planOf } from '../../src/host/demo/faultPlan';
import { loadEngine } from '../../src/host/hostEngine';
import { localize } from '../../src/host/localize';
import { closeAll, shows } from '../support/conversationTabs';
import {
  collect,
  find,
  resetNetworkState,
  startFixture,
  stopFixture,
  testKey,
  type HostFixture,
} from '../support/extensionHost';

/** What the extension has sent, by whoever asks in this process. */
class Wiretap {
  readonly sent: { readonly origin: string; readonly authorization: string | null; readonly model: string }[] = [];
  private readonly real = globalThis.fetch;
  private heard: () => void = () => undefined;

  constructor() {
    globalThis.fetch = (input, init) => {
      const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
      if (pathname.endsWith('/chat/completions') && typeof init?.body === 'string') {
        const { model } = JSON.parse(init.body) as { model: string };
        this.sent.push({ origin, authorization: new Headers(init.headers).get('authorization'), model });
        this.heard();
      }
      return this.real(input, init);
    };
  }

  async until(isThere: (sent: Wiretap['sent']) => boolean): Promise<void> {
    while (!isThere(this.sent)) await new Promise<void>((resolve) => (this.heard = resolve));
  }

  dispose(): void {
    globalThis.fetch = this.real;
  }
}

describe('the offline demo', () => {
  let fixture: HostFixture;
  let wire: Wiretap;
  before(async () => {
    fixture = await startFixture(() => answer('from the real gateway'));
  });
  beforeEach(async () => {
    wire = new Wiretap();
    fixture.gateway.reset();
    fixture.gateway.script = () => answer('from the real gateway');
    await resetNetworkState();
  });
  afterEach(async () => {
    wire.dispose();
    await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
  });
  after(() => stopFixture(fixture));

  const openDemo = (): Thenable<unknown> => vscode.commands.executeCommand('holysheep.openDemo');
  const ask = (prompt: unknown): Thenable<unknown> => vscode.commands.executeCommand('holysheep.ask', prompt);
  const isOwn = ({ origin }: { readonly origin: string }): boolean => origin === fixture.gateway.origin;

  it('answers without the real gateway', async () => {
    await openDemo();
    await ask('How do I retry?');
    await wire.until((sent) => sent.length === 1);
    assert.deepEqual(wire.sent.map(isOwn), [false]);
    assert.deepEqual([wire.sent[0]?.model, fixture.gateway.requests.length], ['demo-steady', 0]);
  });

  it('is nothing to other extensions: they are answered with the user’s own key, model and gateway', async () => {
    await openDemo();
    const events = await collect(fixture.api.ask('How do I retry?'));
    assert.equal(find(events, 'done').text, 'from the real gateway');
    const { origin } = fixture.gateway;
    assert.deepEqual(wire.sent, [{ origin, authorization: `Bearer ${testKey}`, model: 'gpt-4o' }]);
  });

  it('has a key of its own, and neither key goes to the other gateway while both answer', async () => {
    fixture.gateway.script = inTurn(
      () => rateLimited(1),
      () => answer('from the real gateway'),
    );
    await ask({ prompt: 'a real question', newConversation: true });
    await fixture.gateway.request(1);
    await openDemo();
    await ask('a question to the demo');
    await fixture.gateway.request(2);
    await wire.until((sent) => sent.length === 3);
    for (const sent of wire.sent) {
      const own = [`Bearer ${testKey}`, 'gpt-4o'];
      assert.deepEqual([sent.authorization, sent.model], isOwn(sent) ? own : ['Bearer hsa-demo', 'demo-steady']);
    }
    assert.deepEqual(wire.sent.filter(isOwn).length, 2);
  });

  it('leaves nothing behind: its waiting turn ends with it, and a real question finds the real gateway', async () => {
    await openDemo();
    await ask({ prompt: 'limit me', model: 'demo-rate-limit', newConversation: true });
    await vscode.commands.executeCommand('holysheep.setApiKey', 'hsa-leaves-the-demo');
    await ask('a real question');
    const { json } = await fixture.gateway.request(1);
    assert.deepEqual(json?.messages, [{ role: 'user', content: 'a real question' }]);
    assert.equal(json['model'], 'gpt-4o');
    assert.equal(fixture.gateway.requests.length, 1);
  });

  it('ends with its panel, and a real question finds the real gateway', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await openDemo();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await ask({ prompt: 'a real question', newConversation: true });
    const { json, headers } = await fixture.gateway.request(1);
    assert.deepEqual([json?.model, headers.authorization], ['gpt-4o', `Bearer ${testKey}`]);
  });

  it('takes over no conversation that is not of it', async () => {
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
    assert.deepEqual(wire.sent.map(isOwn), [true, true]);
  });

  it('opens a conversation of its own', async () => {
    await ask({ prompt: 'a real question', newConversation: true });
    await fixture.gateway.request(1);
    await openDemo();
    await ask('a question to the demo');
    await wire.until((sent) => sent.length === 2);
    await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
    await ask('another real question');
    const { json } = await fixture.gateway.request(2);
    assert.deepEqual(json?.messages, [{ role: 'user', content: 'another real question' }]);
  });
});

describe('composed faults', () => {
  const settings: EngineSettings = {
    retry: { maxRetries: 3, baseDelayMs: 250, maxDelayMs: 300, jitter: 'none', maxHintMs: 60_000 },
    fallbackModels: ['gpt-4o'],
    resume: 'auto',
    timeout: { headersMs: 5000, firstTokenMs: 1000, idleMs: 1000, silentMs: 1000 },
  };
  const compositions: readonly (readonly ComposedFault[])[] = [
    [
      { name: 'server', times: 1 },
      { name: 'cut', times: 1 },
    ],
    [{ name: 'overloaded', times: Infinity }],
    [
      { name: 'reset', times: 2 },
      { name: 'stall', times: 1 },
    ],
    [{ name: 'silent', times: 1 }],
    [{ name: 'gateway', times: Infinity }],
    [{ name: 'empty', times: 1 }],
    [{ name: 'page', times: Infinity }],
  ];
  const nothing = (): void => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, keys: new KnownKeys() };
  const demo = new DemoMode();
  before(() => demo.enter());
  after(async () => {
    await demo.leave();
    demo.dispose();
  });

  /** All but the times: how a turn goes. */
  const course = (events: readonly StreamEvent[]): readonly unknown[] =>
    events.flatMap((event): readonly unknown[] => {
      switch (event.type) {
        case 'attempt':
          return [[event.type, event.attempt, event.why, event.how]];
        case 'ended':
          return [[event.type, event.how]];
        case 'waiting':
          return [[event.type, event.source, event.delayMs]];
        case 'model':
          return [[event.type, event.to]];
        case 'failed':
          return [[event.type, event.kind]];
        case 'done':
          return [event.type];
        default:
          return [];
      }
    });

  for (const faults of compositions) {
    it(`go as planned: ${faults.map(({ name, times }) => `${name} × ${times}`).join(', ')}`, async () => {
      const { signal } = new AbortController();
      const plan = await planOf(faults, settings, { localize, formatTime: String, now: Date.now(), signal });
      const answered = plan.find(({ type }) => type === 'done')?.attempt;
      const model = demo.compose({ faults, settings });
      assert.ok(model);
      const connection = { baseUrl: demo.baseUrl ?? '', apiKey: 'hsa-demo' };
      const createEngine = await loadEngine();
      const engine = demoEngine({
        createEngine,
        demo,
        log,
        version: '0',
        connection: () => Promise.resolve(connection),
      });
      const events: StreamEvent[] = [];
      for await (const event of engine.stream({ model, messages: [{ role: 'user', content: 'retry' }] })) {
        events.push(event);
        // How an answer ends that has begun is known.
        if (event.type === 'text' && event.attempt === answered) break;
      }
      const planned = course(plan);
      assert.deepEqual(course(events), answered === undefined ? planned : planned.slice(0, -2));
    });
  }
});
