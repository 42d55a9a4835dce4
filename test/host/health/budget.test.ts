import assert from 'node:assert/strict';
import { type AttemptRecord, hourMs } from '../../../src/host/health/attemptRecord';
import type { Budget } from '../../../src/host/health/budget';
import type { DailyBudget } from '../../../src/host/settings/dailyBudget';
import { Listeners } from '../../../src/host/util/listeners';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { waitForEvents } from '../conversation/scriptedEngine';
import { entry, noon, recordsOf, turn } from './records';

const warning = (percent: number, spent: string, daily = '$5.00'): string =>
  `You have used ${percent}% of today's budget: ${spent} of ${daily}.`;

describe('daily budget', () => {
  let setting: DailyBudget | undefined;
  let now: number;
  /** What this window has recorded, and what other windows have written. */
  let own: readonly AttemptRecord[];
  let written: readonly AttemptRecord[];
  let refreshes: number;
  let changes: Listeners<void>;
  /** Notifications and modal dialogs, with the titles of their buttons. */
  let shown: string[];
  let answer: string | undefined;
  let openedUsage: number;
  let budget: Budget;

  const show = (message: string, ...rest: readonly (string | { readonly modal: boolean })[]) => {
    const isModal = typeof rest[0] === 'object';
    shown.push(
      [...(isModal ? ['modal'] : []), message, ...rest.filter((each) => typeof each === 'string')].join(' | '),
    );
    return Promise.resolve(answer);
  };
  useVSCode({ l10n: englishL10n, env: { language: 'en' }, window: { showWarningMessage: show } });

  beforeEach(async () => {
    [setting, now, own, written] = [{ daily: 5, action: 'warn' }, noon, [], []];
    [shown, answer, refreshes, openedUsage] = [[], undefined, 0, 0];
    changes = new Listeners((error) => assert.fail(String(error)));
    let known: readonly AttemptRecord[] = [];
    const { Budget } = await import('../../../src/host/health/budget');
    budget = new Budget({
      setting: () => setting,
      book: {
        records: () => [...known, ...own],
        onDidChange: changes.event,
        refresh: () => {
          refreshes++;
          known = written;
          return Promise.resolve();
        },
      },
      clock: { now: () => now },
      openUsage: () => openedUsage++,
      log: { error: (error) => assert.fail(String(error)) },
    });
  });
  afterEach(() => budget.dispose());

  const costing = (cost: number | undefined, estimatedCost?: number, origin = 'https://gateway.test') => {
    const ended = { how: 'finished', ms: 3000, firstTokenMs: 1000, bytes: 1, chars: 1, cost, estimatedCost } as const;
    return recordsOf(turn(entry({ origin, ended, time: now })));
  };
  /** Ends a turn of this window. @returns the messages that are new since the last call */
  async function spend(...[cost, ...rest]: Parameters<typeof costing>): Promise<readonly string[]> {
    own = [...own, ...costing(cost, ...rest)];
    changes.fire();
    await waitForEvents();
    return shown.splice(0);
  }
  /** Sends a prompt. @param pressed the button that the user presses */
  async function send(pressed?: string): Promise<readonly (boolean | string)[]> {
    answer = pressed;
    return [await budget.mayStart(), ...shown.splice(0)];
  }

  it('warns once when a turn ends at 80% and once at 100%, and sends all prompts', async () => {
    assert.deepEqual(await spend(3.99), []);
    assert.deepEqual(await spend(0.01), [`${warning(80, '$4.00')} | Open usage`]);
    assert.deepEqual(await spend(0.5), []);
    assert.deepEqual(await spend(1), [`${warning(110, '$5.50')} | Open usage`]);
    assert.deepEqual([await spend(9), await send()], [[], [true]]);
  });

  it('counts what other windows have spent, before a prompt is sent', async () => {
    written = [...costing(4), ...costing(1.5)];
    assert.deepEqual(await send(), [true, `${warning(110, '$5.50')} | Open usage`]);
    assert.deepEqual(await send(), [true]);
  });

  it('opens the usage when the user chooses so', async () => {
    answer = 'Open usage';
    await spend(5);
    assert.equal(openedUsage, 1);
  });

  it('counts estimates, marks them, and counts ¥1 as $1', async () => {
    assert.deepEqual(await spend(undefined, 1, 'https://api.holysheep.ai'), []);
    assert.deepEqual(await spend(3.5, 99), [`${warning(90, '≈ $4.50')} | Open usage`]);
  });

  it('asks before a prompt is sent when the budget is used up, and again after another quarter of it', async () => {
    setting = { daily: 5, action: 'ask' };
    written = costing(4.99);
    assert.deepEqual(await send(), [true, `${warning(99, '$4.99')} | Open usage`]);
    written = costing(5);
    const question = (percent: number, spent: string): string => `modal | ${warning(percent, spent)} | Send anyway`;
    assert.deepEqual(await send(), [false, question(100, '$5.00')]);
    assert.deepEqual(await send('Send anyway'), [true, question(100, '$5.00')]);
    assert.deepEqual(await send(), [true]);
    assert.deepEqual([await spend(1.24), await send()], [[], [true]]);
    assert.deepEqual([await spend(0.01), await send()], [[], [false, question(125, '$6.25')]]);
  });

  it('neither asks nor warns before a prompt for the demo is sent', async () => {
    [setting, written] = [{ daily: 5, action: 'ask' }, costing(9)];
    assert.deepEqual([await budget.mayStart(true), shown], [true, []]);
  });

  it('asks one question for prompts that are sent at the same time, if the user agrees', async () => {
    [setting, written, answer] = [{ daily: 5, action: 'ask' }, costing(5), 'Send anyway'];
    assert.deepEqual(await Promise.all([budget.mayStart(), budget.mayStart()]), [true, true]);
    assert.equal(shown.length, 1);
  });

  it('warns of turns that are not asked about, such as those of the chat', async () => {
    setting = { daily: 5, action: 'ask' };
    assert.deepEqual(await spend(6), [`${warning(120, '$6.00')} | Open usage`]);
  });

  it('starts anew on the next day and after a change of the setting', async () => {
    await spend(5);
    now += 24 * hourMs;
    assert.deepEqual(await spend(4), [`${warning(80, '$4.00')} | Open usage`]);
    setting = { daily: 4, action: 'warn' };
    assert.deepEqual(await send(), [true, `${warning(100, '$4.00', '$4.00')} | Open usage`]);
    setting = { daily: 4, action: 'ask' };
    assert.deepEqual((await send())[0], false);
  });

  it('reads nothing without a budget', async () => {
    setting = undefined;
    assert.deepEqual([await spend(99), await send(), refreshes], [[], [true], 0]);
  });
});
