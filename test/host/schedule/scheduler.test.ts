import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/engine/events/events';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle } from '../../support/virtualClock';
import { attempt, done, failed, waitForEvents } from '../../support/host/scriptedEngine';
import {
  baseUrl,
  lastId,
  limitReached,
  offline,
  openScheduledWindow,
  phaseOf,
  type SharedDisk,
} from './scheduledWindow';

const minute = 60_000;
const day = 24 * 60 * minute;

type Window = ReturnType<typeof openScheduledWindow>;

describe('scheduled prompt', () => {
  let root: string;
  let disk: SharedDisk;
  let windows: Window[];

  beforeEach(() => {
    root = temporaryFolder();
    disk = {
      folder: join(root, 'conversations'),
      scheduled: join(root, 'scheduled'),
      memory: new Map(),
      limit: 10,
      epoch: Date.now(),
    };
    windows = [];
  });
  /** Closes all windows, after their work on files is done. */
  const closeAll = async (): Promise<void> => {
    await settle();
    for (const { scheduler, conversations } of windows) {
      scheduler.dispose();
      conversations.flushSync();
    }
    windows = [];
    await settle();
  };
  afterEach(async () => {
    await closeAll();
    removeTemporaryFolder(root);
  });

  const open = (options?: Parameters<typeof openScheduledWindow>[1]): Window => {
    const window = openScheduledWindow(disk, options);
    windows.push(window);
    return window;
  };
  /** Closes all windows, lets time pass, and opens the next window. */
  const reopenAfter = async (ms: number, options?: Parameters<typeof open>[0]): Promise<Window> => {
    await closeAll();
    disk = { ...disk, epoch: disk.epoch + ms };
    const window = open(options);
    await settle();
    return window;
  };
  const files = (): readonly string[] => readdirSync(disk.scheduled);
  const requests = ({ engine }: Window): number => engine.turns.length;

  it("is sent when the gateway's rate limit has reset", async () => {
    const window = open();
    const conversation = await window.askLater(5 * minute);
    assert.equal(phaseOf(conversation), 'scheduled');
    await window.clock.advance(5 * minute - 1);
    assert.equal(requests(window), 1);
    await window.clock.advance(1);
    assert.equal(requests(window), 2);
    window.engine.turn.emit(attempt(), done('Answer'));
    await window.clock.advance(5 * minute);
    assert.deepEqual([requests(window), phaseOf(conversation), files()], [2, 'done', []]);
  });

  it('has a title that begins with "Summary of" if it requests a summary', async () => {
    const window = open();
    const conversation = await window.ask(attempt(), done('Functions'));
    const id = conversation.summarize(lastId(conversation));
    window.engine.turn.emit(attempt(), limitReached(window.clock.now() + minute));
    await window.scheduler.schedule(conversation, id);
    await settle();
    assert.equal(window.scheduler.list()[0]?.title, 'Summary of Explain closures');
  });

  it("waits for the gateway's cooldown, unless the user clicks *Send now*", async () => {
    const window = open();
    await window.askLater(minute);
    await window.clock.advance(minute);
    assert.deepEqual(window.engine.turn.controls, []);
    window.engine.turn.emit(attempt(), limitReached(window.clock.now() + minute));
    await waitForEvents();
    const [conversation] = window.conversations.writable;
    assert.ok(conversation);
    await window.scheduler.schedule(conversation, lastId(conversation));
    await window.scheduler.sendNow(window.scheduler.list()[0]!.id);
    assert.deepEqual(window.engine.turn.controls, ['retryNow']);
  });

  it('is sent only after the gateway has responded to a test request', async () => {
    const window = open();
    window.network.isReachable = false;
    await window.askLater(minute);
    await window.clock.advance(minute);
    assert.deepEqual(window.probes, [`${baseUrl} after 1 requests`]);
    await window.clock.advance(2 * minute);
    assert.deepEqual([window.probes.length, requests(window)], [5, 1]);
    window.network.isReachable = true;
    await window.clock.advance(minute);
    assert.equal(requests(window), 2);
  });

  it('is scheduled only once if the user clicks twice', async () => {
    const window = open({ isReachable: false });
    const conversation = await window.ask(offline);
    const id = lastId(conversation);
    await Promise.all([window.scheduler.schedule(conversation, id), window.scheduler.schedule(conversation, id)]);
    assert.deepEqual([files().length, window.scheduler.list().length, phaseOf(conversation)], [1, 1, 'scheduled']);
  });

  it('is sent on *Send now* even if the list does not yet show it', async () => {
    const window = open();
    const conversation = await window.ask(attempt(), limitReached(window.clock.now() + minute));
    const sent = new Promise((resolve) => {
      conversation.log.onDidChange(() => {
        const { schedule } = conversation.last?.answer.state ?? {};
        if (schedule) resolve(window.scheduler.sendNow(schedule.id));
      });
    });
    await window.scheduler.schedule(conversation, lastId(conversation));
    assert.deepEqual([await sent, requests(window), files()], [true, 2, []]);
  });

  it('is not sent early when the user clicks a retry button', async () => {
    const window = open();
    const conversation = await window.askLater(minute);
    const id = lastId(conversation);
    conversation.retryNow(lastId(conversation));
    conversation.tryAnyway(id);
    conversation.restart(id);
    conversation.switchModel(id, 'other');
    conversation.switchGateway(id);
    assert.deepEqual([requests(window), phaseOf(conversation)], [1, 'scheduled']);
    await window.clock.advance(minute);
    assert.deepEqual([requests(window), files()], [2, []]);
  });

  it('is sent to its original model, even if the user has selected another model', async () => {
    const window = open();
    const conversation = await window.ask(attempt('slow-model'), limitReached(window.clock.now() + minute));
    await window.scheduler.schedule(conversation, lastId(conversation));
    await window.clock.advance(minute);
    assert.equal(window.engine.turn.request.model, 'slow-model');
  });

  const refusals: readonly (readonly [name: string, event: StreamEvent])[] = [
    ['failed because of the balance', { ...failed(''), type: 'failed', kind: 'credit' } as StreamEvent],
    ['failed because the gateway refused the key', { ...failed(''), type: 'failed', kind: 'auth' } as StreamEvent],
    ['failed because the gateway lacks the model', { ...failed(''), type: 'failed', kind: 'model' } as StreamEvent],
    ['is complete', done('Answer')],
  ];
  for (const [name, event] of refusals) {
    it(`is refused for an exchange whose turn ${name}`, async () => {
      const window = open();
      const conversation = await window.ask(attempt(), event);
      const phase = phaseOf(conversation);
      await window.scheduler.schedule(conversation, lastId(conversation));
      assert.deepEqual([phaseOf(conversation), window.scheduler.list(), requests(window)], [phase, [], 1]);
    });
  }

  it("is sent immediately if the gateway's rate limit has already reset", async () => {
    const window = open();
    const conversation = await window.ask(attempt(), limitReached(window.clock.now()));
    await window.scheduler.schedule(conversation, lastId(conversation));
    assert.equal(requests(window), 2);
  });

  for (const [name, cancel] of [
    ['on its card', ({ conversations: { current } }: Window) => Promise.resolve(current?.stop(lastId(current)))],
    ['in the list', ({ scheduler }: Window) => scheduler.cancel(scheduler.list()[0]!.id)],
  ] as const) {
    it(`is not sent, but can be edited, after the user has canceled it ${name}`, async () => {
      const window = open();
      const conversation = await window.askLater(minute);
      await cancel(window);
      await settle();
      assert.deepEqual([phaseOf(conversation), files(), window.scheduler.list()], ['stopped', [], []]);
      await window.clock.advance(2 * minute);
      assert.equal(requests(window), 1);
      conversation.edit(conversation.last!.exchange.id, { prompt: 'Shorter' });
      assert.equal(window.engine.turn.request.messages.at(-1)?.content, 'Shorter');
    });
  }

  it('is not sent if the user edits it before its time', async () => {
    const window = open();
    const conversation = await window.askLater(minute);
    const id = lastId(conversation);
    conversation.edit(conversation.tree.exchangeOf(id)!.id, { prompt: 'Shorter' });
    window.engine.turn.emit(attempt(), done('Answer'));
    await window.clock.advance(2 * minute);
    assert.deepEqual([requests(window), conversation.tree.answer(id)?.state.phase, files()], [2, 'stopped', []]);
  });

  it('is not sent if the user deletes its conversation before its time', async () => {
    const window = open();
    const conversation = await window.askLater(minute);
    const removal = await window.conversations.remove(conversation.id);
    await settle();
    assert.deepEqual(files(), []);
    await removal?.undo();
    const restored = await window.conversations.open(conversation.id);
    await window.clock.advance(2 * minute);
    assert.deepEqual([requests(window), phaseOf(restored)], [1, 'stopped']);
  });

  it('is not sent if the window crashed just after the user had canceled it', async () => {
    const before = open();
    const conversation = await before.askLater(2 * minute);
    before.scheduler.dispose();
    conversation.stop(lastId(conversation));
    const after = await reopenAfter(minute);
    await after.clock.advance(2 * minute);
    assert.deepEqual([requests(after), files(), after.notices], [0, [], []]);
  });

  it('is not sent if the user cancels it in a window of another workspace', async () => {
    const window = open();
    const conversation = await window.askLater(minute);
    const other = open({ workspace: 'file:///home/me/other' });
    await settle();
    const [listed] = other.scheduler.list();
    assert.deepEqual([listed?.isOwn, listed?.title], [false, 'Explain closures']);
    assert.equal(await other.scheduler.sendNow(listed!.id), false);
    await other.scheduler.cancel(listed!.id);
    await window.clock.advance(2 * minute);
    assert.deepEqual([requests(window), requests(other), phaseOf(conversation)], [1, 0, 'stopped']);
  });

  describe('that waits for the network', () => {
    it('replaces the waiting turn, and is sent when the gateway can be reached', async () => {
      const window = open();
      window.network.isReachable = false;
      const conversation = await window.askWhenOnline();
      assert.deepEqual([window.engine.turn.controls, phaseOf(conversation)], [['stop'], 'scheduled']);
      await window.clock.advance(5 * minute);
      assert.equal(requests(window), 1);
      window.network.isReachable = true;
      await window.clock.advance(2 * minute);
      assert.equal(requests(window), 2);
    });

    it('is sent without a click if the network is still down when VS Code restarts', async () => {
      const before = open({ isReachable: false });
      await before.askWhenOnline();
      const after = await reopenAfter(minute, { isReachable: false });
      after.network.isReachable = true;
      await after.clock.advance(minute);
      assert.deepEqual([after.notices, requests(after)], [[], 1]);
    });

    it('needs a click if the network is back when VS Code restarts', async () => {
      const before = open({ isReachable: false });
      await before.askWhenOnline();
      const after = await reopenAfter(minute);
      await after.clock.advance(5 * minute);
      assert.deepEqual([after.notices, requests(after)], [['1 due'], 0]);
    });
  });

  describe('after a restart', () => {
    it('is sent on time even though its conversation is not open', async () => {
      const before = open();
      const { id } = await before.askLater(5 * minute);
      const after = await reopenAfter(minute);
      await after.clock.advance(4 * minute);
      assert.equal(requests(after), 1);
      assert.equal(phaseOf(after.conversations.writable.find((conversation) => conversation.id === id)), 'connecting');
    });

    it('needs a click if its time came while VS Code was closed', async () => {
      const before = open();
      const { id } = await before.askLater(minute);
      const after = await reopenAfter(2 * minute);
      await after.clock.advance(5 * minute);
      assert.deepEqual([requests(after), after.notices], [0, ['1 due']]);
      const [due] = after.scheduler.list();
      assert.deepEqual([due?.needsClick, due?.model, due?.gateway], [true, 'm', 'https://own.example/v1']);
      assert.equal(await after.scheduler.sendNow(due!.id), true);
      assert.deepEqual([requests(after), files()], [1, []]);
      assert.equal(phaseOf(await after.conversations.open(id)), 'connecting');
    });

    it('needs a click if the primary gateway has changed', async () => {
      const before = open();
      await before.askLater(2 * minute);
      const after = await reopenAfter(minute);
      after.network.origin = 'https://other.example';
      await after.clock.advance(5 * minute);
      assert.deepEqual([requests(after), after.notices], [0, ['1 due']]);
    });

    it('is not sent a second time if its window crashed just after sending it', async () => {
      const before = open();
      const { id } = await before.askLater(minute);
      const [scheduled] = before.scheduler.list();
      assert.ok(scheduled);
      await before.clock.advance(minute);
      assert.equal(requests(before), 2);
      await before.store.add(scheduled);
      const after = await reopenAfter(2 * minute);
      await after.clock.advance(minute);
      assert.deepEqual([requests(after), files(), after.notices], [0, [], []]);
      assert.equal(phaseOf(await after.conversations.open(id)), 'interrupted');
    });
  });

  it('needs a click if only a backup gateway offers its model', async () => {
    const window = open();
    await window.askLater(2 * minute);
    const relay = { baseUrl: 'https://relay.example/v1', apiKey: 'hsa-relay', lists: (name: string) => name === 'm' };
    Object.assign(window.network, { lists: () => false, backups: [relay] });
    await window.clock.advance(5 * minute);
    assert.deepEqual([requests(window), window.notices], [1, ['1 due']]);
  });

  it('is recorded as sent in the journal before the request is sent', async () => {
    const window = open();
    const { id } = await window.askLater(minute);
    const recorded = (): boolean => readFileSync(join(disk.folder, `${id}.jsonl`), 'utf8').includes('"rerun"');
    await window.journal.flush();
    assert.equal(recorded(), false);
    await window.clock.advance(minute);
    await window.engine.turn.options.beforeAttempt?.();
    assert.equal(recorded(), true);
  });

  it("is not sent if its conversation can't be saved", async () => {
    const window = open();
    const { id } = await window.askLater(minute);
    await window.journal.flush();
    rmSync(join(disk.folder, `${id}.jsonl`));
    await window.clock.advance(minute);
    assert.equal(requests(window), 2);
    await assert.rejects(window.engine.turn.options.beforeAttempt?.() ?? Promise.resolve(), { code: 'ENOENT' });
  });

  it('is not sent if another window takes over its conversation just before the request', async () => {
    const [first, second] = [open(), open()];
    const { id } = await first.askLater(minute);
    await first.journal.flush();
    const conversation = await second.conversations.open(id);
    assert.ok(conversation);
    const run = first.engine.run.bind(first.engine);
    first.engine.run = (request, options) => {
      const turn = run(request, options);
      second.conversations.takeOver(conversation).catch(assert.ifError);
      return turn;
    };
    await first.clock.advance(minute);
    const sent = first.engine.turn.options.beforeAttempt?.() ?? Promise.resolve();
    await assert.rejects(sent);
  });

  describe('with two open windows', () => {
    it('is sent by only one of the windows', async () => {
      for (const isOpen of [true, false]) {
        const before = open();
        await before.askLater(3 * minute);
        const first = isOpen ? before : await reopenAfter(minute);
        const second = open();
        await settle();
        await Promise.all([first, second].map(({ clock }) => clock.advance(5 * minute)));
        const sent = requests(first) + requests(second);
        assert.equal(sent, isOpen ? 2 : 1);
        assert.deepEqual(files(), []);
        await reopenAfter(0);
      }
    });

    it('remains scheduled when the second window takes over its conversation', async () => {
      const first = open();
      const { id } = await first.askLater(5 * minute);
      await first.conversations.flush(id);
      const second = open();
      const conversation = await second.conversations.open(id);
      assert.ok(conversation?.readOnly);
      const taking = second.conversations.takeOver(conversation);
      for (let step = 0; step < 10; step++) {
        await Promise.all([first, second].map(({ clock }) => clock.advance(500)));
      }
      await taking;
      assert.deepEqual([conversation.readOnly, phaseOf(conversation)], [false, 'scheduled']);
      await Promise.all([first, second].map(({ clock }) => clock.advance(5 * minute)));
      assert.deepEqual([requests(first), requests(second)], [1, 1]);
    });
  });

  describe('that could not be sent within 24 hours', () => {
    it('expires with a notice', async () => {
      const window = open();
      window.network.isReachable = false;
      const conversation = await window.askLater(minute);
      window.clock.sleep(day);
      window.network.isReachable = true;
      await window.clock.advance(minute);
      const { failure } = conversation.last!.answer.state;
      assert.deepEqual(
        [failure?.kind, failure?.message, failure?.actions],
        ['rate-limit', 'Expired.', ['retryNow', 'switchModel']],
      );
      assert.deepEqual([requests(window), window.notices, files()], [1, ['expired'], []]);
      conversation.retryNow(lastId(conversation));
      assert.equal(requests(window), 2);
    });

    it('expires at the next start of VS Code', async () => {
      const before = open({ isReachable: false });
      const { id } = await before.askWhenOnline();
      const after = await reopenAfter(day);
      assert.deepEqual([requests(after), after.notices, files()], [0, ['expired'], []]);
      const { state } = (await after.conversations.open(id))!.last!.answer;
      assert.deepEqual([state.phase, state.failure?.kind, state.failure?.message], ['failed', 'offline', 'Expired.']);
    });

    it('is removed after another week if its workspace is never opened', async () => {
      const before = open({ workspace: 'file:///home/me/gone' });
      await before.askLater(minute);
      await reopenAfter(7 * day);
      assert.equal(files().length, 1);
      await reopenAfter(day);
      assert.deepEqual(files(), []);
    });
  });

  it('is not sent if its file is damaged', async () => {
    const window = open();
    const conversation = await window.askLater(5 * minute);
    const [name = ''] = files();
    writeFileSync(join(disk.scheduled, name), '{"id":');
    await window.clock.advance(6 * minute);
    assert.deepEqual([requests(window), phaseOf(conversation)], [1, 'stopped']);
    assert.deepEqual(window.problems, [`The scheduled prompt ${name} is damaged and is ignored.`]);
  });

  describe('with a daily budget', () => {
    it('waits for a click if the budget is used up', async () => {
      const window = open();
      const conversation = await window.askLater(minute);
      window.budget.mayStartUnattended = () => Promise.resolve(false);
      await window.clock.advance(minute);
      assert.deepEqual([requests(window), window.notices], [1, ['1 due']]);
      const { phase, schedule } = conversation.last!.answer.state;
      assert.deepEqual([phase, schedule?.exceedsBudget], ['scheduled', true]);
      window.budget.mayStartUnattended = () => Promise.resolve(true);
      await window.clock.advance(10 * minute);
      assert.equal(requests(window), 1);
      assert.equal(await window.scheduler.sendNow(window.scheduler.list()[0]!.id), true);
      assert.deepEqual([requests(window), phaseOf(conversation), files()], [2, 'connecting', []]);
    });

    it('still shows after a reload that it was not sent because of the budget', async () => {
      const before = open();
      const { id } = await before.askLater(minute);
      before.budget.mayStartUnattended = () => Promise.resolve(false);
      await before.clock.advance(minute);
      const after = await reopenAfter(minute);
      const conversation = await after.conversations.open(id);
      assert.equal(conversation?.last?.answer.state.schedule?.exceedsBudget, true);
    });

    it('remains scheduled if the user clicks *Send now* but declines to exceed the budget', async () => {
      const window = open();
      const conversation = await window.askLater(minute);
      window.budget.mayStart = () => Promise.resolve(false);
      assert.equal(await window.scheduler.sendNow(window.scheduler.list()[0]!.id), false);
      assert.deepEqual([requests(window), phaseOf(conversation)], [1, 'scheduled']);
    });

    it('is not sent immediately if the user declines to exceed the budget', async () => {
      const window = open();
      window.budget.mayStart = () => Promise.resolve(false);
      const conversation = await window.ask(attempt(), limitReached(window.clock.now() - 1));
      await window.scheduler.schedule(conversation, lastId(conversation));
      await settle();
      assert.deepEqual([requests(window), phaseOf(conversation)], [1, 'failed']);
    });
  });

  it("causes only one error report while the stored prompts can't be read", async () => {
    const window = open();
    await settle();
    for (let time = 0; time < 2; time++) {
      writeFileSync(disk.scheduled, 'a file in place of the folder');
      await window.clock.advance(15 * minute);
      rmSync(disk.scheduled);
      await window.clock.advance(5 * minute);
    }
    assert.deepEqual(
      window.errors.map((error) => (error as NodeJS.ErrnoException).code),
      ['ENOTDIR', 'ENOTDIR'],
    );
  });

  it("is sent on time even if the file of another prompt can't be read", async function () {
    if (process.platform === 'win32') return this.skip();
    const window = open();
    const unreadable = await window.askLater(5 * minute);
    const [name = ''] = files();
    const path = join(disk.scheduled, name);
    rmSync(path);
    symlinkSync(path, path);
    const conversation = await window.askLater(minute);
    await window.clock.advance(2 * minute);
    assert.deepEqual([requests(window), phaseOf(conversation), phaseOf(unreadable)], [3, 'connecting', 'scheduled']);
    assert.deepEqual([window.problems, window.errors], [[`The scheduled prompt ${name} can't be read: ELOOP.`], []]);
  });

  it('is included in the number of scheduled prompts in the status bar', async () => {
    const window = open();
    assert.deepEqual(window.scheduler.count(), { count: 0, nextAt: undefined });
    const dueAt = window.clock.now() + minute;
    await window.askLater(minute);
    assert.deepEqual(window.scheduler.count(), { count: 1, nextAt: dueAt });
    let changes = 0;
    window.scheduler.onDidChange(() => changes++);
    await window.clock.advance(minute);
    assert.deepEqual([window.scheduler.count(), changes > 0], [{ count: 0, nextAt: undefined }, true]);
  });
});
