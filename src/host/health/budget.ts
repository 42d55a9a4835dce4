import { Mutex } from 'async-mutex';
import * as vscode from 'vscode';
import type { Clock } from '../../engine/clock';
import type { Cost } from '../../engine/state/turnCost';
import type { DailyBudget } from '../settings/dailyBudget';
import { askUser, showToast } from '../ui/notifications';
import { hostWords } from '../ui/words';
import { Disposable } from '../util/disposable';
import type { Log } from '../util/log';
import type { HealthBook } from './healthBook';
import { spentToday, startOfDay, usedPercent } from './healthReport';

interface BudgetDeps {
  readonly setting: () => DailyBudget | undefined;
  /** The spending of all windows. */
  readonly book: Pick<HealthBook, 'records' | 'refresh' | 'onDidChange'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly openUsage: () => unknown;
  readonly log: Pick<Log, 'error'>;
}

interface Spending {
  readonly budget: DailyBudget;
  readonly spent: Cost;
}

const warnPercents = [100, 80];

/** After the user has agreed to exceed the budget, the share of it that can be spent before the user is asked again. */
const agreedShare = 0.25;

/**
 * Compares what was spent today with the setting `holysheep.budget`. The user is warned when a turn has ended and before
 * a prompt is sent, at each percentage once per day and window, and asked before a prompt is sent.
 */
export class Budget extends Disposable {
  /** The day and the setting to which the following fields apply. */
  private period = '';
  private warnedPercent = 0;
  /** Spending from which the user is asked, in USD. */
  private agreedUsd = 0;
  /** Prevents a second question, because the answer to the first one may apply to both prompts. */
  private readonly mutex = new Mutex();

  constructor(private readonly deps: BudgetDeps) {
    super();
    const { book, log } = deps;
    this.register(
      book.onDidChange(() => {
        this.read()
          .then((spending) => this.warn(spending))
          .catch((error: unknown) => log.error(error));
      }),
    );
  }

  /**
   * Returns whether a new prompt may be sent. The demo is free. A caller that continues a partial answer does not ask,
   * because such an answer is never held up.
   */
  async mayStart(isDemo = false): Promise<boolean> {
    if (isDemo) return true;
    return this.mutex.runExclusive(async () => {
      const spending = await this.read();
      if (spending?.budget.action === 'ask' && spending.spent.amount >= this.agreedUsd) return this.ask(spending);
      this.warn(spending);
      return true;
    });
  }

  /** Shows a dialog, because a notification disappears after a few seconds, and *Do Not Disturb* hides it. */
  private async ask({ budget, spent }: Spending): Promise<boolean> {
    this.warnedPercent = 100;
    const send = vscode.l10n.t('Send anyway');
    const detail = vscode.l10n.t(
      'If you cancel, nothing is sent. If you send it anyway, you are asked again once another quarter of the budget is used.',
    );
    if ((await askUser('warning', describe(budget, spent), [send], detail)) !== send) return false;
    this.agreedUsd = spent.amount + agreedShare * budget.daily;
    return true;
  }

  private warn(spending: Spending | undefined): void {
    if (!spending) return;
    const { budget, spent } = spending;
    const reached = warnPercents.find((percent) => percent <= usedPercent(budget, spent)) ?? 0;
    if (reached <= this.warnedPercent) return;
    this.warnedPercent = reached;
    const openUsage = { title: vscode.l10n.t('Open usage'), run: this.deps.openUsage };
    showToast(this.deps.log, 'warning', describe(budget, spent), [openUsage]);
  }

  /** Returns undefined without a budget. On a new day and after a change of the setting, the warnings start anew. */
  private async read(): Promise<Spending | undefined> {
    const { setting, book, clock } = this.deps;
    const budget = setting();
    if (!budget) return undefined;
    await book.refresh();
    const now = clock.now();
    const period = JSON.stringify([startOfDay(now), budget]);
    if (period !== this.period) [this.period, this.warnedPercent, this.agreedUsd] = [period, 0, budget.daily];
    return { budget, spent: spentToday(book.records(), now) };
  }
}

function describe(budget: DailyBudget, spent: Cost): string {
  const { format } = hostWords();
  return vscode.l10n.t(
    "You have used {0}% of today's budget: {1} of {2}.",
    format.number(usedPercent(budget, spent)),
    format.costs([spent]),
    format.costs([{ amount: budget.daily, currency: 'USD', isEstimate: false }]),
  );
}
