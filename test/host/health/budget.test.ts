import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Clock } from '../../../src/engine/clock';
import type { HealthBook } from '../../../src/host/health/healthBook';
import type { Log } from '../../../src/host/util/log';
import { type AttemptRecord, hourMs } from '../../../src/host/health/attemptRecord';
import type { Budget } from '../../../src/host/health/budget';
import type { DailyBudget } from '../../../src/host/settings/dailyBudget';
import { Listeners } from '../../../src/host/util/listeners';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { waitForEvents } from '../../support/host/scriptedEngine';
import { ended, entry, noon, recordsOf, turn } from '../../support/host/healthRecords';
import { fake } from '../../support/fake';

const question = (text = 'Send the request anyway?'): string => `modal | ${text} | Open usage | Send anyway`;
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
  /** Calls that wait until the caller has put the prompt back. */
  let afterAnswer: (() => void)[];
  /** The models of the running turns. */
  let running: readonly (string | undefined)[];
  let isComplete: boolean;
  /** The details of the modal dialogs. */
  let details: string[];
  /** Presses a button of the open dialog; undefined while none waits for the user. */
  let press: ((button?: string) => void) | undefined;
  let budget: Budget;

  const show = (
    message: string,
    ...rest: readonly (string | { readonly modal: boolean; readonly detail: string })[]
  ) => {
    const isModal = typeof rest[0] === 'object';
    if (typeof rest[0] === 'object') details.push(rest[0].detail);
    shown.push(
      [...(isModal ? ['modal'] : []), message, ...rest.filter((each) => typeof each === 'string')].join(' | '),
    );
    if (isModal && answer === 'later') return new Promise<string | undefined>((resolve) => (press = resolve));
    return Promise.resolve(answer);
  };
  useVSCode({ l10n: englishL10n, env: { language: 'en' }, window: { showWarningMessage: show } });

  beforeEach(async () => {
    [setting, now, own, written] = [{ daily: 5, currency: 'USD', action: 'warn' }, noon, [], []];
    [shown, answer, refreshes, openedUsage] = [[], undefined, 0, 0];
    [running, isComplete, details, press, afterAnswer] = [[], true, [], undefined, []];
    changes = new Listeners((error) => assert.fail(String(error)));
    let known: readonly AttemptRecord[] = [];
    const { Budget } = await import('../../../src/host/health/budget');
    budget = new Budget({
      setting: () => setting,
      book: fake<HealthBook>({
        records: () => [...known, ...own],
        isCompleteSince: () => isComplete,
        onDidChange: changes.event,
        refresh: () => {
          refreshes++;
          known = written;
          return Promise.resolve();
        },
      }),
      runningModels: () => running,
      clock: fake<Clock>({
        now: () => now,
        callAfter: (_ms, call) => {
          afterAnswer.push(call);
          return () => undefined;
        },
      }),
      openUsage: () => openedUsage++,
      log: fake<Log>({ error: (error) => assert.fail(String(error)) }),
    });
  });
  afterEach(() => budget.dispose());

  const costing = (cost: number | undefined, estimatedCost?: number, currency?: 'CNY') => {
    const end = ended({ firstTokenMs: 1000, cost, estimatedCost, currency });
    return recordsOf(turn(entry({ end: end, time: now })));
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

  it('warns once at 80% and once at 100% without blocking the prompt', async () => {
    assert.deepEqual(await spend(3.99), []);
    assert.deepEqual(await spend(0.01), [`${warning(80, '$4.00')} | Usage`]);
    assert.deepEqual(await spend(0.5), []);
    assert.deepEqual(await spend(1), [`${warning(110, '$5.50')} | Usage`]);
    assert.deepEqual([await spend(9), await send()], [[], [true]]);
  });

  it('includes the spending of other windows', async () => {
    written = [...costing(4), ...costing(1.5)];
    assert.deepEqual(await send(), [true, `${warning(110, '$5.50')} | Usage`]);
    assert.deepEqual(await send(), [true]);
  });

  it('opens the usage page when the user clicks *Usage* in the warning', async () => {
    answer = 'Usage';
    await spend(5);
    assert.equal(openedUsage, 1);
  });

  it('includes estimated costs, and marks the sum as an estimate', async () => {
    assert.deepEqual(await spend(undefined, 1), []);
    assert.deepEqual(await spend(3.5, 99), [`${warning(90, '≈ $4.50')} | Usage`]);
  });

  it('excludes costs in another currency, and says so in the question to the user', async () => {
    setting = { daily: 5, currency: 'CNY', action: 'ask' };
    written = [...costing(5, undefined, 'CNY'), ...costing(9)];
    assert.deepEqual(await send(), [false, question()]);
    assert.match(
      details.join(),
      /^Today: ¥5\.00 of ¥5\.00\. .* \$9\.00 in another currency is not included in the budget\.$/,
    );
    setting = { ...setting, currency: 'USD' };
    assert.deepEqual(await send(), [false, question()]);
  });

  it('asks the user at 100%, 125%, 150% and so on before a prompt is sent', async () => {
    setting = { daily: 5, currency: 'USD', action: 'ask' };
    written = costing(4.99);
    assert.deepEqual(await send(), [true, `${warning(99, '$4.99')} | Usage`]);
    written = costing(5);
    assert.deepEqual(await send(), [false, question()]);
    assert.deepEqual(await send('Send anyway'), [true, question()]);
    assert.deepEqual(await send(), [true]);
    assert.deepEqual([await spend(1.24), await send()], [[], [true]]);
    assert.deepEqual([await spend(0.01), await send()], [[], [false, question()]]);
  });

  it('is ignored for prompts to the demo', async () => {
    [setting, written] = [{ daily: 5, currency: 'USD', action: 'ask' }, costing(9)];
    assert.deepEqual([await budget.mayStart(true), shown], [true, []]);
  });

  it('asks the user only once for two prompts that are sent at the same time', async () => {
    [setting, written, answer] = [{ daily: 5, currency: 'USD', action: 'ask' }, costing(5), 'Send anyway'];
    assert.deepEqual(await Promise.all([budget.mayStart(), budget.mayStart()]), [true, true]);
    assert.equal(shown.length, 1);
  });

  it('causes no notification when it is used up and the next request leads to a question', async () => {
    setting = { daily: 5, currency: 'USD', action: 'ask' };
    assert.deepEqual(await spend(6), []);
  });

  it('names the spending, the budget and the amount of the next question', async () => {
    setting = { daily: 1, currency: 'USD', action: 'ask' };
    written = costing(1.8);
    await send();
    assert.deepEqual(details, ['Today: $1.80 of $1.00. You are asked again at $2.05.']);
  });

  it('names the number of requests in the question', async () => {
    [setting, written] = [{ daily: 5, currency: 'USD', action: 'ask' }, costing(5)];
    await budget.mayStart(false, ['a', 'b', 'c']);
    assert.deepEqual(shown, [question('Send 3 requests anyway?')]);
  });

  it('opens the usage page and sends nothing when the user presses the first button of the question', async () => {
    [setting, written] = [{ daily: 5, currency: 'USD', action: 'ask' }, costing(5)];
    assert.deepEqual([...(await send('Open usage')), openedUsage], [false, question(), 0]);
    for (const call of afterAnswer) call();
    assert.equal(openedUsage, 1);
  });

  describe('while a panel is visible', () => {
    let current: () => readonly string[];
    let endNotices: (() => void)[];
    beforeEach(async () => {
      const { notices } = await import('../../../src/host/ui/notices');
      const panel = notices.add({ isVisible: true, postChange: () => undefined });
      endNotices = [() => notices.end(() => true), () => panel.dispose()];
      current = () => notices.list.map(({ text }) => text);
    });
    afterEach(() => {
      for (const end of endNotices) end();
    });

    it('shows a notice instead of a notification', async () => {
      assert.deepEqual([await spend(4), current()], [[], [warning(80, '$4.00')]]);
    });

    it('causes a notice when it is used up, which the question replaces', async () => {
      setting = { daily: 5, currency: 'USD', action: 'ask' };
      assert.deepEqual([await spend(6), current()], [[], [warning(120, '$6.00')]]);
      assert.deepEqual([await send(), current()], [[false, question()], []]);
    });

    it('causes a notice that ends on the next day', async () => {
      await spend(4);
      now += 24 * hourMs;
      assert.deepEqual([await send(), current()], [[true], []]);
    });
  });

  describe('when 99% of the budget is used', () => {
    beforeEach(() => {
      setting = { daily: 5, currency: 'USD', action: 'ask' };
      // A request has cost $0.033 on average.
      written = Array.from({ length: 150 }, () => costing(0.033)).flat();
    });

    it('does not ask the user before a prompt if no turn is running', async () => {
      assert.equal((await send())[0], true);
    });

    it('asks the user before a prompt if the running turns will probably exceed the budget', async () => {
      running = ['gpt-4o', undefined];
      assert.deepEqual(await send(), [false, question()]);
      assert.match(details.join(), /Other requests in progress will add about \$0\.066 to the cost\.$/);
    });

    it('asks the user before a comparison that will probably exceed the budget', async () => {
      assert.equal(await budget.mayStart(false, ['a', 'b']), true);
      shown = [];
      assert.equal(await budget.mayStart(false, ['a', 'b', 'c']), false);
      assert.deepEqual(shown, [question('Send 3 requests anyway?')]);
      assert.match(details.join(), / Together, the requests will cost about \$0\.099\.$/);
    });

    it('estimates the cost of each running turn from earlier requests to the same model', async () => {
      const cheap = Array.from({ length: 99 }, () => costing(0.001)).flat();
      const [expensive] = costing(4.8);
      written = [...cheap, { ...expensive!, model: 'gpt-5' }];
      running = ['gpt-4o', 'gpt-4o'];
      assert.equal((await send())[0], true);
      running = ['gpt-5'];
      assert.equal((await send())[0], false);
    });
  });

  it('asks the user before a prompt if part of the spending is unknown', async () => {
    [setting, isComplete] = [{ daily: 5, currency: 'USD', action: 'ask' }, false];
    written = costing(0.5);
    assert.deepEqual(await send('Send anyway'), [true, question()]);
    assert.match(details.join(), /Part of today's spending is unknown, because a file can't be read\.$/);
    assert.deepEqual(await send(), [true]);
    written = costing(1.75);
    assert.equal((await send())[0], false);
    isComplete = true;
    assert.deepEqual(await send(), [true]);
  });

  describe('for requests that the user has not started', () => {
    const further = 'Send further requests anyway?';
    /** Lets another extension send a request. */
    const request = async (): Promise<readonly (boolean | string)[]> => {
      const mayStart = await budget.mayOthersStart();
      await waitForEvents();
      return [mayStart, ...shown.splice(0)];
    };
    beforeEach(() => {
      setting = { daily: 5, currency: 'USD', action: 'ask' };
      written = costing(5);
    });

    it('refuses a request of another extension, and asks the user about later requests', async () => {
      answer = 'later';
      const [first, second] = await Promise.all([budget.mayOthersStart(), budget.mayOthersStart()]);
      assert.deepEqual([first, second, shown], [false, false, [question(further)]]);
      assert.match(details.join(), /A request from another extension was refused\./);
      press?.('Send anyway');
      await waitForEvents();
      shown = [];
      assert.deepEqual(await request(), [true]);
    });

    it('does not ask the user a second time after *Cancel* until another quarter of the budget is used', async () => {
      assert.deepEqual(await request(), [false, question(further)]);
      assert.deepEqual(await request(), [false]);
      written = costing(6.24);
      assert.deepEqual(await request(), [false]);
      written = costing(6.25);
      assert.deepEqual(await request(), [false, question(further)]);
    });

    it('allows requests of other extensions after the user has agreed to exceed the budget', async () => {
      await request();
      assert.deepEqual(await send('Send anyway'), [true, question()]);
      assert.deepEqual(await request(), [true]);
    });

    it('asks the user once more on the next day', async () => {
      await request();
      setting = { daily: 4, currency: 'USD', action: 'ask' };
      assert.deepEqual(await request(), [false, question(further)]);
      now += 24 * hourMs;
      written = costing(4);
      assert.deepEqual(await request(), [false, question(further)]);
    });

    it('asks the user once more if midnight passes before the user answers', async () => {
      answer = 'later';
      const sent = budget.mayStart();
      await waitForEvents();
      now += 24 * hourMs;
      written = costing(5);
      await budget.mayStartUnattended();
      press?.('Send anyway');
      assert.equal(await sent, true);
      shown = [];
      assert.deepEqual(await send(), [false, question()]);
    });

    it('asks no second question if the user sends a prompt while the question about such a request is open', async () => {
      answer = 'later';
      await budget.mayOthersStart();
      const sent = budget.mayStart();
      press?.('Send anyway');
      assert.equal(await sent, true);
      assert.deepEqual(shown, [question(further)]);
    });

    it('asks the user before a queued prompt is sent, but not a second time after *Cancel*', async () => {
      assert.deepEqual([await budget.mayStartQueued(false, []), ...shown.splice(0)], [false, question()]);
      assert.deepEqual([await budget.mayStartQueued(false, []), ...shown.splice(0)], [false]);
    });

    it('refuses scheduled prompts without asking the user', async () => {
      assert.deepEqual([await budget.mayStartUnattended(), shown], [false, []]);
      written = costing(4);
      assert.deepEqual([await budget.mayStartUnattended(), shown], [true, []]);
    });
  });

  it('warns and asks once more on the next day', async () => {
    await spend(5);
    now += 24 * hourMs;
    assert.deepEqual(await spend(4), [`${warning(80, '$4.00')} | Usage`]);
    setting = { daily: 4, currency: 'USD', action: 'warn' };
    assert.deepEqual(await send(), [true, `${warning(100, '$4.00', '$4.00')} | Usage`]);
    setting = { daily: 4, currency: 'USD', action: 'ask' };
    assert.deepEqual((await send())[0], false);
  });

  it('does not read the health files if the user has set no budget', async () => {
    setting = undefined;
    assert.deepEqual([await spend(99), await send(), refreshes], [[], [true], 0]);
  });
});

describe('question about the daily budget', () => {
  let detail = '';
  const translate = (text: string, ...args: readonly unknown[]): string =>
    text === '{0} {1}' ? '{0}{1}' : englishL10n.t(text, ...args);
  const show = (_message: string, options: { readonly detail: string }): Promise<undefined> => {
    detail = options.detail;
    return Promise.resolve(undefined);
  };
  useVSCode({ l10n: { t: translate }, env: { language: 'zh-cn' }, window: { showWarningMessage: show } });

  it('has no spaces between its sentences in Chinese', async () => {
    // `import()` would return the module of the other tests, with its English words.
    const sources = createRequire(__filename)('../../../src/host/health/budget') as { Budget: typeof Budget };
    const budget = new sources.Budget({
      setting: () => ({ daily: 5, currency: 'USD', action: 'ask' }),
      book: fake<HealthBook>({
        records: () => [],
        isCompleteSince: () => false,
        onDidChange: () => ({ dispose: () => undefined }),
        refresh: () => Promise.resolve(),
      }),
      runningModels: () => [],
      clock: fake<Clock>({ now: () => noon }),
      openUsage: () => undefined,
      log: fake<Log>({ error: (error) => assert.fail(String(error)) }),
    });
    assert.equal(await budget.mayStart(), false);
    assert.match(detail, /You are asked again at \$1\.25\.Part of today/);
    budget.dispose();
  });
});
