import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { initialTurn, reduceTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/conversation/exchange';
import type { TurnNotice, TurnNotices as AnyTurnNotices } from '../../../src/host/status/turnNotices';
import { useVSCode } from '../../support/fakeVSCode';
import { attempt, done, failed, stopped, text, waiting } from '../conversation/scriptedEngine';

const longWait: StreamEvent = { ...waiting, delayMs: 30_000, until: 77 } as StreamEvent;
const after = (event: StreamEvent, at: number): StreamEvent => ({ ...event, at });

let TurnNotices: typeof AnyTurnNotices;

/** Loads the module, which imports `vscode`. */
function useTurnNotices(): void {
  useVSCode({});
  before(async () => {
    ({ TurnNotices } = await import('../../../src/host/status/turnNotices'));
  });
}

/** A conversation, its panel, and who is told. */
class Scene {
  visible = false;
  readonly told: TurnNotice[] = [];
  private readonly exchanges = new Map<string, Exchange>();
  private readonly conversation = { id: 'c', exchange: (id: string) => this.exchanges.get(id) };
  private readonly notices = new TurnNotices<typeof this.conversation>({
    isVisible: (id) => id === 'c' && this.visible,
    show: (notice) => this.told.push(notice),
  });

  /** Folded before anybody hears of it, as conversations do it. */
  give(exchangeId: string, ...events: readonly StreamEvent[]): this {
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

  /** Tried again: its clock starts anew. */
  again(exchangeId: string): this {
    this.exchanges.delete(exchangeId);
    return this;
  }

  get kinds(): readonly string[] {
    return this.told.map(({ kind }) => kind);
  }
}

describe('a turn whose panel is not in view', () => {
  useTurnNotices();
  let scene: Scene;
  beforeEach(() => (scene = new Scene()));

  it('says that it has failed, with what there is of an answer', () => {
    scene.give('a', attempt(), failed(''));
    scene.give('b', attempt(), text('half'), failed('half'));
    assert.deepEqual(scene.told, [
      { kind: 'failed', partial: false, message: 'Connection lost' },
      { kind: 'failed', partial: true, message: 'Connection lost' },
    ]);
  });

  it('says that a long wait begins, and until when', () => {
    scene.give('a', attempt(), longWait);
    assert.deepEqual(scene.told, [{ kind: 'waiting', until: 77, message: 'Rate limited' }]);
  });

  it('says nothing of a wait that is a little shorter', () => {
    scene.give('a', attempt(), { ...waiting, delayMs: 29_999 } as StreamEvent);
    assert.deepEqual(scene.told, []);
  });

  it('says nothing of a wait for the network, which has no length', () => {
    scene.give('a', attempt(), { ...longWait, reason: 'offline' } as StreamEvent);
    assert.deepEqual(scene.told, []);
  });

  it('says that an answer is complete that took long, and not one that did not', () => {
    scene.give('a', attempt(), after(done('x'), 29_999));
    assert.deepEqual(scene.kinds, []);
    scene.give('b', attempt(), after(done('x'), 30_000));
    assert.deepEqual(scene.kinds, ['done']);
  });

  it('says nothing when it was stopped', () => {
    scene.give('a', attempt(), text('half'), after(stopped('half'), 99_000));
    assert.deepEqual(scene.told, []);
  });

  it('says one thing in all', () => {
    scene.give('a', attempt(), longWait, longWait, failed(''));
    assert.deepEqual(scene.kinds, ['waiting']);
  });

  it('says something again when it is tried again, and so do other turns', () => {
    scene.give('a', attempt(), longWait, failed('')).again('a').give('a', attempt(), failed(''));
    scene.give('b', attempt(), failed(''));
    assert.deepEqual(scene.kinds, ['waiting', 'failed', 'failed']);
  });
});

describe('a turn whose panel is in view', () => {
  useTurnNotices();
  it('says nothing: it is seen', () => {
    const scene = new Scene();
    scene.visible = true;
    scene.give('a', attempt(), longWait, failed(''));
    scene.give('b', attempt(), after(done('x'), 99_000));
    assert.deepEqual(scene.told, []);
  });

  it('says what happens once it is not in view any more', () => {
    const scene = new Scene();
    scene.visible = true;
    scene.give('a', attempt(), longWait);
    scene.visible = false;
    scene.give('a', failed(''));
    assert.deepEqual(scene.kinds, ['failed']);
  });
});
