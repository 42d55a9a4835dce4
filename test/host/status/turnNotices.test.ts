import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { initialTurn, reduceTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/journal/exchange';
import type { TurnNotice, TurnNotices as AnyTurnNotices } from '../../../src/host/status/turnNotices';
import { useVSCode } from '../../support/fakeVSCode';
import { attempt, done, failed, stopped, text, waiting } from '../conversation/scriptedEngine';

const longWait: StreamEvent = { ...waiting, delayMs: 30_000, until: 77 } as StreamEvent;
const waits = '“Why?” is waiting until …. Rate limited';
const fails = 'No answer to “Why?”. Connection lost';
const atTime = (event: StreamEvent, at: number): StreamEvent => ({ ...event, at });

let TurnNotices: typeof AnyTurnNotices;

/** Loads the module, which imports `vscode`. */
function useTurnNotices(): void {
  useVSCode({
    l10n: {
      t: (message: string, ...args: unknown[]) => message.replace(/\{(\d)\}/g, (_, n: string) => String(args[+n])),
    },
    env: { language: 'en' },
  });
  before(async () => {
    ({ TurnNotices } = await import('../../../src/host/status/turnNotices'));
  });
}

/** A conversation with its panel, and the notifications about it. */
class NoticesFixture {
  visible = false;
  readonly shown: TurnNotice[] = [];
  private readonly exchanges = new Map<string, Exchange>();
  private readonly conversation = {
    id: 'c',
    title: 'Why?',
    exchange: (id: string) => this.exchanges.get(id),
    exchanges: () => [...this.exchanges.values()],
  };
  private readonly notices = new TurnNotices<typeof this.conversation>({
    isVisible: (id) => id === 'c' && this.visible,
    show: (notice) => this.shown.push(notice),
  });

  /** Emits events of an exchange. As in a conversation, its state changes before the event is reported. */
  emit(exchangeId: string, ...events: readonly StreamEvent[]): this {
    const state = this.exchanges.get(exchangeId)?.state ?? initialTurn;
    this.exchanges.set(exchangeId, {
      id: exchangeId,
      prompt: 'Hi',
      queued: false,
      state: events.reduce(reduceTurn, state),
    });
    this.notices.handle(this.conversation, { type: 'events', exchangeId, events });
    return this;
  }

  /** Removes the exchange, so that its next events belong to a new turn. */
  retry(exchangeId: string): this {
    this.exchanges.delete(exchangeId);
    return this;
  }

  /** The texts of the notifications, in which `…` stands for the time at which a wait ends. */
  get texts(): readonly string[] {
    return this.shown.map(({ text }) => text.replace(/until .*?\. /, 'until …. '));
  }
}

describe('notifications about a turn whose panel is hidden', () => {
  useTurnNotices();
  let fixture: NoticesFixture;
  beforeEach(() => (fixture = new NoticesFixture()));

  it('report a failure and whether part of the answer has arrived', () => {
    fixture.emit('a', attempt(), failed(''));
    fixture.emit('b', attempt(), text('partial'), failed('partial'));
    assert.deepEqual(fixture.texts, [
      'No answer to “Why?”. Connection lost',
      'The answer to “Why?” is incomplete. Connection lost',
    ]);
  });

  it('report a long wait and its end', () => {
    fixture.emit('a', attempt(), longWait);
    assert.deepEqual(fixture.texts, [waits]);
    assert.ok(fixture.shown[0]?.offersRetry);
  });

  for (const [name, fields] of [
    ['a wait of less than 30 s', { delayMs: 29_999 }],
    ['a wait for the network', { reason: 'offline' }],
  ] as const) {
    it(`are not shown for ${name}`, () => {
      fixture.emit('a', attempt(), { ...longWait, ...fields });
      assert.deepEqual(fixture.shown, []);
    });
  }

  it('report a complete answer only when the turn took long', () => {
    fixture.emit('a', attempt(), atTime(done('x'), 29_999));
    assert.deepEqual(fixture.texts, []);
    fixture.emit('b', attempt(), atTime(done('x'), 30_000));
    assert.deepEqual(fixture.texts, ['The answer to “Why?” is complete.']);
  });

  it('are not shown when the turn was stopped', () => {
    fixture.emit('a', attempt(), text('partial'), atTime(stopped('partial'), 99_000));
    assert.deepEqual(fixture.shown, []);
  });

  it('appear at most once per turn', () => {
    fixture.emit('a', attempt(), longWait, longWait, failed(''));
    assert.deepEqual(fixture.texts, [waits]);
  });

  it('appear again after a retry and for other turns', () => {
    fixture.emit('a', attempt(), longWait, failed('')).retry('a').emit('a', attempt(), failed(''));
    fixture.emit('b', attempt(), failed(''));
    assert.deepEqual(fixture.texts, [waits, fails, fails]);
  });
});

describe('notifications about a turn whose panel is visible at first', () => {
  useTurnNotices();
  it('are not shown while the panel is visible', () => {
    const fixture = new NoticesFixture();
    fixture.visible = true;
    fixture.emit('a', attempt(), longWait, failed(''));
    fixture.emit('b', attempt(), atTime(done('x'), 99_000));
    assert.deepEqual(fixture.shown, []);
  });

  it('are shown for events after the panel was hidden', () => {
    const fixture = new NoticesFixture();
    fixture.visible = true;
    fixture.emit('a', attempt(), longWait);
    fixture.visible = false;
    fixture.emit('a', failed(''));
    assert.deepEqual(fixture.texts, [fails]);
  });
});
