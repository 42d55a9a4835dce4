import assert from 'node:assert/strict';
import type { EditorTarget } from '../../src/host/code/editorTarget';
import type { Log } from '../../src/host/util/log';
import * as vscode from 'vscode';
import type { StreamEvent } from '../../src/engine/events/events';
import type { ChatServices } from '../../src/host/chat/chatServices';
import { ChatParticipant } from '../../src/host/chat/participant/chatParticipant';
import { UserError } from '../../src/host/util/userError';
import { fakeSets } from '../support/host/fakeSets';
import { attempt, done, ScriptedEngine, waitForEvents, text, waiting } from '../support/host/scriptedEngine';
import { extensionApi } from '../support/extensionHost';
import { TestBudget } from '../support/host/testBudget';
import { valuesOf } from '../support/valuesOf';
import { fake } from '../support/fake';

/** Records what VS Code would show. */
class FakeStream {
  readonly output: string[] = [];
  /** Arguments of the links that run a command. */
  readonly links: unknown[][] = [];

  get api(): vscode.ChatResponseStream {
    return this as unknown as vscode.ChatResponseStream;
  }

  markdown(value: string | vscode.MarkdownString): void {
    if (typeof value === 'string') {
      this.output.push(value);
      return;
    }
    assert.deepEqual(value.isTrusted, { enabledCommands: ['holysheep.chatAction'] });
    const [, argument = ''] = /\[Retry now\]\(command:holysheep\.chatAction\?(.*)\)/.exec(value.value) ?? [];
    this.links.push(JSON.parse(decodeURIComponent(argument)) as unknown[]);
  }

  progress(value: string): void {
    this.output.push(`> ${value}`);
  }

  button(command: vscode.Command): void {
    this.output.push(`[${command.title}]`);
  }
}

/** A model that reports its requests. */
class ReportingEngine extends ScriptedEngine {
  private onRun: () => void = () => undefined;

  override run(...args: Parameters<ScriptedEngine['run']>): ReturnType<ScriptedEngine['run']> {
    const turn = super.run(...args);
    this.onRun();
    return turn;
  }

  async waitForRequests(turns: number): Promise<void> {
    while (this.turns.length < turns) await new Promise<void>((resolve) => (this.onRun = resolve));
  }
}

const defaults = { model: 'set-model', systemPrompt: '', temperature: 0.5, maxTokens: 99 };

describe('chat participant', function () {
  this.timeout(60_000);
  let engine: ReportingEngine;
  let participant: ChatParticipant;
  let stream: FakeStream;
  let cancel: vscode.CancellationTokenSource;
  let mayStart: boolean;
  let logged: unknown[];
  let usesPlainHttp: boolean;
  let events: StreamEvent['type'][];

  before(() => extensionApi());
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    engine = new ReportingEngine();
    stream = new FakeStream();
    cancel = new vscode.CancellationTokenSource();
    mayStart = true;
    logged = [];
    usesPlainHttp = true;
    events = [];
    const { gatewaySets } = fakeSets({
      defaults: ({ model = defaults.model } = {}) => ({ ...defaults, model }),
      mayUse: () => Promise.resolve(usesPlainHttp),
    });
    participant = new ChatParticipant(
      fake<ChatServices>({
        engine,
        budget: Object.assign(new TestBudget(), { mayStart: () => mayStart }),
        log: fake<Log>({ error: (problem) => logged.push(problem) }),
        gatewaySets,
        target: fake<EditorTarget>({ editor: () => vscode.window.activeTextEditor }),
        logEvent: (_conversation, _turn, { type }) => events.push(type),
      }),
    );
  });
  afterEach(() => cancel.dispose());

  const ask = (request: { prompt?: string; command?: string; model?: unknown }): Promise<vscode.ChatResult> =>
    participant.handle(
      { prompt: '', command: undefined, references: [], ...request } as unknown as vscode.ChatRequest,
      { history: [] },
      stream.api,
      cancel.token,
    );

  const waitForRequests = (turns = 1): Promise<void> => engine.waitForRequests(turns);
  const finish = async (result: Promise<vscode.ChatResult>, answer = 'ok'): Promise<vscode.ChatResult> => {
    await waitForRequests();
    engine.turn.emit(attempt(), text(answer), done(answer));
    return result;
  };

  it('sends a request with the settings of the user', async () => {
    const result = await finish(ask({ prompt: 'hello' }), 'hi');
    assert.deepEqual(stream.output, ['hi']);
    assert.deepEqual(engine.turn.request, {
      model: 'set-model',
      messages: [{ role: 'user', content: 'hello' }],
      temperature: 0.5,
      maxTokens: 99,
    });
    assert.equal(result.errorDetails, undefined);
    assert.deepEqual(events, ['attempt', 'text', 'done']);
  });

  it('uses the model selected in the chat only if this extension provides the model', async () => {
    await finish(ask({ prompt: 'a', model: { vendor: 'holysheep', id: 'deepseek-v3' } }));
    assert.equal(engine.turn.request.model, 'deepseek-v3');
    const copilotResult = ask({ prompt: 'b', model: { vendor: 'copilot', id: 'gpt' } });
    await waitForRequests(2);
    engine.turn.emit(done(''));
    await copilotResult;
    assert.equal(engine.turn.request.model, 'set-model');
  });

  it('explains why nothing was sent when the user does not want to exceed the daily budget', async () => {
    mayStart = false;
    const result = await ask({ prompt: 'hello' });
    assert.equal(engine.turns.length, 0);
    assert.match(stream.output.join(), /Nothing was sent, because today's budget is used up\./);
    assert.equal(result.errorDetails, undefined);
  });

  it('says that nothing was sent when the user does not want to use a gateway over plain HTTP', async () => {
    usesPlainHttp = false;
    const result = await ask({ prompt: 'hello' });
    assert.deepEqual([engine.turns.length, stream.output], [0, ['The prompt was not sent.']]);
    assert.equal(result.errorDetails, undefined);
  });

  it('asks for a selection when there is no code to explain', async () => {
    const result = await ask({ command: 'explain' });
    assert.equal(engine.turns.length, 0);
    assert.match(stream.output.join(), /Select code in a file/);
    assert.equal(result.errorDetails, undefined);
    assert.deepEqual(participant.followups(result), []);
  });

  it('ends only the wait of the turn whose *Retry now* link the user clicks', async () => {
    const first = ask({ prompt: 'one' });
    await waitForRequests();
    engine.turn.emit(attempt(), waiting);
    await waitForEvents();
    const second = ask({ prompt: 'two' });
    await waitForRequests(2);
    engine.turn.emit(attempt(), waiting);
    await waitForEvents();
    const [retry = []] = stream.links;
    await participant.runAction(...retry);
    assert.deepEqual(valuesOf(engine.turns, 'controls'), [['retryNow'], []]);
    for (const turn of engine.turns) turn.emit(text('a'), done('a'));
    await Promise.all([first, second]);
    await assert.rejects(participant.runAction(...retry), UserError);
  });

  it('shows no further text after the user cancels', async () => {
    const result = ask({ prompt: 'q' });
    await waitForRequests();
    engine.turn.emit(attempt(), text('partial'));
    await waitForEvents();
    cancel.cancel();
    assert.equal(engine.turn.options.signal?.aborted, true);
    engine.turn.emit(text(' more'), { type: 'stopped', text: 'partial more', attempt: 1, at: 1 });
    assert.equal((await result).errorDetails, undefined);
    assert.deepEqual(stream.output, ['partial']);
  });
});
