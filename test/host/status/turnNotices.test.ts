import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { PanelRegistry } from '../../../src/host/panel/panelRegistry';
import type { Conversations } from '../../../src/host/conversation/conversations';
import type * as turnNoticesFile from '../../../src/host/status/turnNotices';
import type * as noticesFile from '../../../src/host/ui/notices';
import type { Log } from '../../../src/host/util/log';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation, retryNow } from '../../support/host/openedConversation';
import { attempt, done, failed, stopped, text, waiting } from '../../support/host/scriptedEngine';
import { fake } from '../../support/fake';

/** Loads a file of the host. `import()` could return the files of other tests, which share no notices with this test. */
const load = createRequire(__filename);

const longWait: StreamEvent = { ...waiting, delayMs: 30_000, until: 77 } as StreamEvent;
const waits = 'information: “Why?” is waiting until …. Rate limited (Show, Retry now)';
const fails = 'warning: No answer to “Why?”. Connection lost (Show)';
const at = (event: StreamEvent, time: number): StreamEvent => ({ ...event, at: time });

describe('notifications about a turn', () => {
  const shown: string[] = [];
  /** Records a notification. `…` stands for the time at which a wait ends. */
  const record =
    (kind: string) =>
    (message: string, ...titles: readonly string[]) => {
      shown.push(`${kind}: ${message.replace(/until .*?\. /, 'until …. ')} (${titles.join(', ')})`);
      return Promise.resolve(undefined);
    };
  useVSCode({
    l10n: englishL10n,
    env: { language: 'en' },
    window: { showWarningMessage: record('warning'), showInformationMessage: record('information') },
  });

  /** Opens a conversation with a panel, which is hidden at first. */
  const open = () => {
    const { registerTurnNotices } = load('../../../src/host/status/turnNotices') as typeof turnNoticesFile;
    const { ask, conversation, emit, engine, onDidChange } = openConversation();
    const panel = { isVisible: false };
    shown.length = 0;
    registerTurnNotices({
      conversations: fake<Conversations>({ open: () => Promise.resolve(conversation), onDidChange }),
      panels: fake<PanelRegistry>({ isVisible: () => panel.isVisible, open: () => Promise.resolve(true) }),
      log: fake<Log>({ error: (error) => assert.fail(String(error)) }),
    });
    const start = (...events: readonly StreamEvent[]): void => {
      ask('Why?');
      emit(...events);
    };
    return { conversation, panel, emit, engine, start };
  };

  const rows: readonly { readonly name: string; readonly events: readonly StreamEvent[]; readonly notice?: string }[] =
    [
      { name: 'a failure', events: [attempt(), failed('')], notice: fails },
      {
        name: 'a failure after part of the answer',
        events: [attempt(), text('partial'), failed('partial')],
        notice: 'warning: The answer to “Why?” is incomplete. Connection lost (Show)',
      },
      { name: 'a long wait, once', events: [attempt(), longWait, longWait, failed('')], notice: waits },
      { name: 'a wait of less than 30 s', events: [attempt(), { ...longWait, delayMs: 29_999 } as StreamEvent] },
      { name: 'a wait for the network', events: [attempt(), { ...longWait, reason: 'offline' } as StreamEvent] },
      {
        name: 'an answer that took 30 s',
        events: [attempt(), at(done('x'), 30_000)],
        notice: 'information: The answer to “Why?” is complete. (Show)',
      },
      { name: 'an answer that took less than 30 s', events: [attempt(), at(done('x'), 29_999)] },
      { name: 'a stopped turn', events: [attempt(), text('partial'), at(stopped('partial'), 99_000)] },
    ];
  for (const { name, events, notice } of rows) {
    it(`${notice === undefined ? 'are not shown for' : 'report'} ${name}`, () => {
      const { start } = open();
      start(...events);
      assert.deepEqual(shown, notice === undefined ? [] : [notice]);
    });
  }

  it('report a failed summary, and a summary that took a long time', () => {
    const { conversation, emit, start } = open();
    start(attempt(), done('x'));
    for (const end of [failed(''), at(done('x'), 30_000)]) {
      conversation.summarize(conversation.last!.answer.id);
      emit(attempt(), end);
    }
    assert.deepEqual(shown, [
      'warning: “Why?” could not be summarized. Connection lost (Show)',
      'information: The summary of “Why?” is ready. (Show)',
    ]);
  });

  it('report the success of a comparison only for the last complete answer', () => {
    const { conversation, engine } = open();
    conversation.ask({ prompt: 'Why?' }, ['m', 'n', 'o']);
    const [first, second, third] = engine.turns;
    first?.emit(attempt('m'), failed(''));
    for (const turn of [second, third]) turn?.emit(attempt(turn.request.model), at(done('x'), 30_000));
    conversation.flush();
    assert.deepEqual(shown, [
      'warning: No answer to “Why? · m”. Connection lost (Show)',
      'information: The answer to “Why? · o” is complete. (Show)',
    ]);
  });

  it('report a second failure after a retry', () => {
    const { conversation, emit, start } = open();
    start(attempt(), longWait, failed(''));
    retryNow(conversation);
    emit(attempt(), failed(''));
    start(attempt(), failed(''));
    assert.deepEqual(shown, [waits, fails, fails]);
  });

  it('remain above the composer of another panel when messages end there, if they report a failure', () => {
    const { notices } = load('../../../src/host/ui/notices') as typeof noticesFile;
    const page = notices.add({ isVisible: true, postChange: () => undefined });
    const { start } = open();
    start(attempt(), failed(''));
    notices.end(({ kind }) => kind === 'message');
    const { length } = notices.list;
    notices.end(() => true);
    page.dispose();
    assert.equal(length, 1);
  });

  it('are not shown while the panel is visible', () => {
    const { emit, panel, start } = open();
    panel.isVisible = true;
    start(attempt(), longWait);
    panel.isVisible = false;
    emit(failed(''));
    assert.deepEqual(shown, [fails]);
  });
});
