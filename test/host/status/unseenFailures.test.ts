import assert from 'node:assert/strict';
import type { window } from 'vscode';
import type { PanelRegistry } from '../../../src/host/panel/panelRegistry';
import type { Conversations } from '../../../src/host/conversation/conversations';
import { UnseenFailures } from '../../../src/host/status/unseenFailures';
import { Listeners } from '../../../src/host/util/listeners';
import { openConversation, retryNow } from '../../support/host/openedConversation';
import { attempt, done, failed } from '../../support/host/scriptedEngine';
import { fake } from '../../support/fake';

describe('failures that the user has not seen', () => {
  /** Opens a conversation with a panel, which is visible in a focused window at first. */
  const open = () => {
    const { ask, clock, conversation, demo, emit, engine, onDidChange } = openConversation();
    const onError = (error: unknown): void => assert.fail(String(error));
    const visibility = new Listeners<void>(onError);
    const removals = new Listeners<{ readonly id: string; readonly state: 'hidden' }>(onError);
    const focusChanges = new Listeners<{ readonly focused: boolean; readonly active: boolean }>(onError);
    const state = { focused: true, active: true };
    let visible = true;
    const failures = new UnseenFailures({
      conversations: fake<Conversations>({ onDidRemove: removals.event, onDidChange }),
      panels: fake<PanelRegistry>({ isVisible: () => visible, onDidChangeVisibility: visibility.event }),
      window: fake<typeof window>({ state, onDidChangeWindowState: focusChanges.event }),
      clock,
      onError,
    });
    const show = (isVisible: boolean): void => {
      visible = isVisible;
      visibility.fire();
    };
    const focus = (focused: boolean): void => {
      state.focused = focused;
      focusChanges.fire(state);
    };
    const fail = (): void => {
      ask('Why?');
      emit(attempt(), failed(''));
    };
    const isUnseen = (): boolean => failures.latest() !== undefined;
    const latest = () => failures.latest();
    return { clock, conversation, demo, emit, engine, fail, isUnseen, latest, removals, show, focus };
  };

  for (const [what, set] of [
    ['panel was visible', ({ show }) => show],
    ['window had the focus', ({ focus }) => focus],
  ] as const satisfies readonly (readonly [string, (opened: ReturnType<typeof open>) => (value: boolean) => void])[]) {
    it(`exclude a failure after the ${what} for 2 s without a break`, async () => {
      const opened = open();
      const { clock, fail, isUnseen } = opened;
      fail();
      await clock.advance(1999);
      set(opened)(false);
      await clock.advance(60_000);
      assert.ok(isUnseen(), 'the failure was not visible for long enough');
      set(opened)(true);
      await clock.advance(1999);
      assert.ok(isUnseen(), 'the time begins anew');
      await clock.advance(1);
      assert.ok(!isUnseen());
    });
  }

  it('include a failed answer of a comparison until the user retries that answer', () => {
    const { conversation, engine, isUnseen, latest } = open();
    conversation.ask({ prompt: 'Hi' }, ['m', 'n']);
    const [first, second] = engine.turns;
    first?.emit(attempt(), failed(''));
    second?.emit(attempt('n'), done('x'));
    assert.deepEqual([isUnseen(), latest()?.answer.state.model], [true, 'm']);
    retryNow(conversation);
    engine.turn.emit(attempt(), done('x'));
    assert.ok(!isUnseen());
  });

  it("do not include a failure after the conversation's next turn", () => {
    const { conversation, emit, fail, isUnseen } = open();
    fail();
    retryNow(conversation);
    emit(attempt(), done('x'));
    assert.ok(!isUnseen());
  });

  it('do not include a failure after its conversation was deleted', () => {
    const { conversation, fail, isUnseen, removals } = open();
    fail();
    assert.ok(isUnseen());
    removals.fire({ id: conversation.id, state: 'hidden' });
    assert.ok(!isUnseen());
  });

  it("include the demo's failures only while the demo is open", () => {
    const { conversation, demo, fail, isUnseen } = open();
    demo.isOpen = true;
    conversation.useSet(demo);
    fail();
    assert.equal(isUnseen(), true);
    demo.isOpen = false;
    assert.equal(isUnseen(), false);
  });
});
