import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { StreamEvent } from '../../src/engine/events';
import { ChatParticipant } from '../../src/host/chat/participant/chatParticipant';
import { UserError } from '../../src/host/util/userError';
import {
  attempt,
  done,
  failed,
  ScriptedEngine,
  waitForEvents,
  text,
  waiting,
} from '../host/conversation/scriptedEngine';
import { extensionApi } from '../support/extensionHost';

/** Records what VS Code would show. */
class FakeStream {
  readonly output: string[] = [];
  readonly buttons: vscode.Command[] = [];
  readonly references: vscode.Location[] = [];

  get api(): vscode.ChatResponseStream {
    return this as unknown as vscode.ChatResponseStream;
  }

  markdown(value: string): void {
    this.output.push(value);
  }

  progress(value: string): void {
    this.output.push(`> ${value}`);
  }

  button(command: vscode.Command): void {
    this.output.push(`[${command.title}]`);
    this.buttons.push(command);
  }

  reference(value: vscode.Location): void {
    this.references.push(value);
  }
}

/** A model that reports its requests. */
class ReportingEngine extends ScriptedEngine {
  private onStream: () => void = () => undefined;

  override stream(...args: Parameters<ScriptedEngine['stream']>): ReturnType<ScriptedEngine['stream']> {
    const turn = super.stream(...args);
    this.onStream();
    return turn;
  }

  async waitForRequests(turns: number): Promise<void> {
    while (this.turns.length < turns) await new Promise<void>((resolve) => (this.onStream = resolve));
  }
}

const code = 'import a from "a";\n\nfunction add(one, two) {\n  return one - two;\n}\n';
const defaults = { model: 'set-model', systemPrompt: '', temperature: 0.5, maxTokens: 99 };
const connection = (): Promise<{ baseUrl: string; apiKey: string }> =>
  Promise.resolve({ baseUrl: 'http://own', apiKey: 'hsa-own' });

describe('chat participant', function () {
  this.timeout(60_000);
  let engine: ReportingEngine;
  let participant: ChatParticipant;
  let stream: FakeStream;
  let cancel: vscode.CancellationTokenSource;
  let logged: unknown[];
  let events: StreamEvent['type'][];

  before(() => extensionApi());
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    engine = new ReportingEngine();
    stream = new FakeStream();
    cancel = new vscode.CancellationTokenSource();
    logged = [];
    events = [];
    participant = new ChatParticipant({
      engine,
      log: { error: (problem) => logged.push(problem) },
      defaults: () => defaults,
      connection,
      editor: () => vscode.window.activeTextEditor,
      pickModel: () => Promise.resolve(undefined),
      setModel: () => Promise.resolve(),
      origin: () => Promise.resolve('https://api.holysheep.ai'),
      onEvent: (_turn, { type }) => events.push(type),
    });
  });
  afterEach(async () => {
    cancel.dispose();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const ask = (
    request: { prompt?: string; command?: string; references?: readonly unknown[]; model?: unknown },
    history: readonly unknown[] = [],
  ): Promise<vscode.ChatResult> =>
    participant.handle(
      { prompt: '', command: undefined, references: [], ...request } as unknown as vscode.ChatRequest,
      { history } as unknown as vscode.ChatContext,
      stream.api,
      cancel.token,
    );

  const waitForRequests = (turns = 1): Promise<void> => engine.waitForRequests(turns);
  const sent = (): string => {
    const content = engine.turn.request.messages.at(-1)?.content;
    return typeof content === 'string' ? content : '';
  };
  const finish = async (result: Promise<vscode.ChatResult>, answer = 'ok'): Promise<vscode.ChatResult> => {
    await waitForRequests();
    engine.turn.emit(attempt(), text(answer), done(answer));
    return result;
  };
  const open = async (): Promise<vscode.TextEditor> => {
    const document = await vscode.workspace.openTextDocument({ language: 'javascript', content: code });
    return vscode.window.showTextDocument(document);
  };

  it("uses the user's settings and connection, and passes all events to the log", async () => {
    const result = await finish(ask({ prompt: 'hello' }), 'hi');
    assert.deepEqual(stream.output, ['hi']);
    assert.deepEqual(engine.turn.request, {
      model: 'set-model',
      messages: [{ role: 'user', content: 'hello' }],
      temperature: 0.5,
      maxTokens: 99,
    });
    assert.deepEqual(await engine.turn.options.connection?.(), await connection());
    assert.equal(result.errorDetails, undefined);
    assert.deepEqual(events, ['attempt', 'text', 'done']);
  });

  it('uses the model selected in the chat only if this extension provides it', async () => {
    await finish(ask({ prompt: 'a', model: { vendor: 'holysheep', id: 'deepseek-v3' } }));
    assert.equal(engine.turn.request.model, 'deepseek-v3');
    const copilotResult = ask({ prompt: 'b', model: { vendor: 'copilot', id: 'gpt' } });
    await waitForRequests(2);
    engine.turn.emit(done(''));
    await copilotResult;
    assert.equal(engine.turn.request.model, 'set-model');
  });

  it('explains the selection, shows it as a reference and uses it again for the next prompt', async () => {
    const editor = await open();
    editor.selection = new vscode.Selection(2, 0, 4, 1);
    const result = await finish(ask({ command: 'explain', prompt: 'briefly' }), 'It subtracts.');
    assert.match(sent(), /^Explain the code:[^]*function add\(one, two\)[^]*The user adds: briefly$/);
    assert.deepEqual(stream.references[0]?.range, new vscode.Range(2, 0, 4, 1));

    const followups = participant.followups(result);
    assert.deepEqual(
      followups.map(({ command }) => command),
      ['fix', 'tests'],
    );
    // The cursor in the editor has moved.
    editor.selection = new vscode.Selection(0, 0, 0, 5);
    const history = [
      { prompt: '', participant: 'holysheep.prompt', command: 'explain', references: [] },
      { response: [{ value: { value: 'It subtracts.' } }], participant: 'holysheep.prompt', result },
    ];
    const next = ask({ command: 'fix', prompt: followups[0]?.prompt ?? '' }, history);
    await waitForRequests(2);
    assert.match(sent(), /^Find and fix[^]*The code:[^]*function add/);
    assert.deepEqual(
      engine.turn.request.messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    engine.turn.emit(done(''));
    await next;
  });

  it('shows a message instead of an error when there is no code', async () => {
    const result = await ask({ command: 'explain' });
    assert.equal(engine.turns.length, 0);
    assert.match(stream.output.join(), /Select code in a file/);
    assert.equal(result.errorDetails, undefined);
    assert.deepEqual(participant.followups(result), []);
  });

  it('ends only the wait of its own turn when the user presses Retry Now, and shows a message when that turn no longer waits', async () => {
    const first = ask({ prompt: 'one' });
    await waitForRequests();
    engine.turn.emit(attempt(), waiting);
    await waitForEvents();
    const second = ask({ prompt: 'two' });
    await waitForRequests(2);
    engine.turn.emit(attempt(), waiting);
    await waitForEvents();
    const [retry] = stream.buttons;
    assert.equal(retry?.title, 'Retry now');
    await participant.runAction(...((retry.arguments ?? []) as unknown[]));
    assert.deepEqual(
      engine.turns.map(({ controls }) => controls),
      [['retryNow'], []],
    );
    for (const turn of engine.turns) turn.emit(text('a'), done('a'));
    await Promise.all([first, second]);
    await assert.rejects(participant.runAction(...((retry.arguments ?? []) as unknown[])), UserError);
  });

  it('ends without further output when it is canceled', async () => {
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

  it('ends with a message about the failure and suitable buttons', async () => {
    const result = ask({ prompt: 'q' });
    await waitForRequests();
    engine.turn.emit(attempt(), {
      ...failed(''),
      message: 'No API key is set.',
      actions: ['setApiKey'],
    } as StreamEvent);
    assert.equal((await result).errorDetails?.message, 'No API key is set.');
    assert.deepEqual(stream.output, ['[Set API key]']);
    assert.equal(stream.buttons[0]?.command, 'holysheep.chatAction');
    assert.ok((await vscode.commands.getCommands()).includes('holysheep.chatAction'));
  });

  it('continues an answer from exactly the text displayed in the chat', async () => {
    const history = [
      { prompt: 'count', participant: 'holysheep.prompt', references: [] },
      {
        response: [{ value: { value: 'one two ' } }],
        participant: 'holysheep.prompt',
        result: { metadata: { state: 'length', reasoned: true } },
      },
    ];
    const result = ask({ prompt: 'Continue' }, history);
    await waitForRequests();
    assert.deepEqual(engine.turn.request.messages, [{ role: 'user', content: 'count' }]);
    assert.deepEqual(engine.turn.options.resumeFrom, { text: 'one two ', hadReasoning: true, mode: 'continue' });
    engine.turn.emit(attempt(), text('three'), done('one two three'));
    await result;
    assert.deepEqual(stream.output, ['three']);
  });
});
