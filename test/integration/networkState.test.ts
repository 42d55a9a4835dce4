import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ApiEvent } from '../../src/host/api';
import { startGateway } from '../support/testGateway';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import {
  collect,
  find,
  resetNetworkState,
  set,
  startFixture,
  stopFixture,
  testKey,
  useFixture,
  type HostFixture,
} from '../support/extensionHost';

describe('wait after a rate limit', () => {
  let fixture: HostFixture;
  useFixture(answer('hello there'), (started) => (fixture = started));
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });

  it('ends when the user configures another gateway', async () => {
    const otherGateway = await startGateway({ script: () => answer('from the other gateway') });
    fixture.gateway.script = () => rateLimited(60);
    const events: ApiEvent[] = [];
    for await (const event of fixture.api.ask('one')) {
      events.push(event);
      if (event.type !== 'waiting') continue;
      await set('baseUrl', otherGateway.baseUrl);
      await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
    }
    assert.equal(find(events, 'done').text, 'from the other gateway');
    assert.deepEqual([fixture.gateway.requests.length, otherGateway.requests.length], [1, 1]);
    await set('baseUrl', fixture.gateway.baseUrl);
    await otherGateway.close();
  });
});

describe('exported diagnostics', () => {
  const prompt = 'text of the prompt';
  const answerText = 'text of the answer';
  let fixture: HostFixture;
  let report: string;
  before(async () => {
    fixture = await startFixture(
      replySequence(failure(500, { message: `${testKey} asked: ${prompt}` }), answer(answerText)),
    );
    find(await collect(fixture.api.ask(prompt)), 'done');
    report = await vscode.commands.executeCommand<string>('holysheep.exportDiagnostics');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await stopFixture(fixture);
  });

  it('describe each attempt of the last turn', () => {
    const { turns, settings } = JSON.parse(report) as {
      readonly turns: readonly {
        readonly host: string;
        readonly outcome: string;
        readonly attempts: readonly { readonly status?: number }[];
      }[];
      readonly settings: { readonly origin: string; readonly gateways: readonly { readonly key: string }[] };
    };
    const last = turns.at(-1);
    assert.deepEqual([last?.outcome, last?.attempts.map(({ status }) => status)], ['done', [500, 200]]);
    assert.deepEqual([settings.origin, settings.gateways[0]?.key], [fixture.gateway.origin, 'key']);
  });

  it('contain neither the API key nor a prompt nor an answer', () => {
    for (const secret of [testKey, prompt, answerText]) assert.ok(!report.includes(secret), secret);
  });

  it('open as an unsaved document', () => {
    const document = vscode.window.activeTextEditor?.document;
    assert.deepEqual([document?.getText(), document?.languageId, document?.isUntitled], [report, 'json', true]);
  });
});
