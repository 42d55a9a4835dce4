import { Mutex } from 'async-mutex';
import * as vscode from 'vscode';
import type { Clock } from '../../engine/clock';
import type { FailedEvent } from '../../engine/events/events';
import { hostFailure } from '../../engine/faults/hostFaults';
import type { Cost } from '../../engine/state/turnCost';
import type { DailyBudget } from '../settings/dailyBudget';
import { askUser, showToast } from '../ui/notifications';
import { hostWords, inSentences } from '../ui/words';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import type { ErrorLog } from '../util/log';
import type { HealthBook } from './healthBook';
import { startOfDay } from '../ui/historyTime';
import { averageCost, budgetCost, spentToday, usedPercent, type SpentToday } from './healthReport';

interface BudgetDeps {
  readonly setting: () => DailyBudget | undefined;
  /** The spending of all windows. */
  readonly book: HealthBook;
  /** Returns a model for each running turn of this window. A turn without an attempt has no model yet. */
  readonly runningModels: () => readonly (string | undefined)[];
  readonly clock: Clock;
  readonly openUsage: () => unknown;
  readonly log: ErrorLog;
}

interface Spending extends SpentToday {
  readonly budget: DailyBudget;
  /** The probable cost of the running requests, based on the average cost of earlier requests to their models. */
  readonly expected: number;
  /** Whether all files with the spending of today could be read. */
  readonly isComplete: boolean;
}

/** What callers ask before they start a request. */
export type BudgetDecisions = Pick<
  Budget,
  'mayStart' | 'mayStartQueued' | 'mayStartUnattended' | 'mayOthersStart' | 'refusal'
>;

const warnPercents = [100, 80];

/** After the user has answered a question, this share of the budget can be spent before the next question. */
const questionShare = 0.25;

/**
 * Compares what was spent today with the setting `holysheep.budget`. The user is warned when an attempt has ended and
 * before a prompt is sent, at each percentage once per day and window. With the action `ask`, every way to start a
 * request asks this class first. The window shows one question at a time.
 */
export class Budget extends Disposable {
  /** The day and the setting to which the following fields apply. */
  private period = '';
  private warnedPercent = 0;
  /**
   * Spending at which the user is asked again, in the currency of the budget. The user has agreed to spend less than
   * this.
   */
  private agreedAmount = 0;
  /** Spending at which requests that the user has not started show the question again. Until then, they are refused. */
  private declinedAmount = 0;
  /** Prevents a second question, because the answer to the first one may apply to both requests. */
  private readonly mutex = new Mutex();

  constructor(private readonly deps: BudgetDeps) {
    super();
    const { book, log } = deps;
    this.register(
      book.onDidChange(() => {
        this.read()
          .then((spending) => spending && this.warn(spending))
          .catch(log.error);
      }),
    );
  }

  /**
   * Returns whether a request that the user starts may be sent, and asks the user if the budget is used up. Without a
   * budget and for free requests, the result is `true`, not a promise. Callers that continue a partial answer must not call
   * this method, because a partial answer is never held up.
   * @param models the models of all requests that start together
   */
  mayStart(isFree = false, models: readonly string[] = []): boolean | Promise<boolean> {
    return this.decide(isFree, models, false);
  }

  /**
   * Works like {@link mayStart} for a prompt that has waited in the queue, but asks nothing after the user has
   * declined.
   */
  mayStartQueued(isFree: boolean, models: readonly string[]): boolean | Promise<boolean> {
    return this.decide(isFree, models, true);
  }

  /** Returns whether a request may be sent now. Asks no question, because the user may be away. */
  async mayStartUnattended(): Promise<boolean> {
    const spending = await this.read();
    return !spending || !this.isUsedUp(spending);
  }

  /** Returns whether a request from another extension may be sent now. The first refused request shows the question. */
  async mayOthersStart(): Promise<boolean> {
    const spending = await this.read();
    if (!spending || !this.isUsedUp(spending)) return true;
    if (!this.mutex.isLocked() && totalOf(spending) >= this.declinedAmount) {
      const refused = vscode.l10n.t(
        'A request from another extension was refused. If you cancel, further requests from extensions are also refused.',
      );
      this.mutex.runExclusive(() => this.ask(spending, refused)).catch(this.deps.log.error);
    }
    return false;
  }

  /** Returns the terminal event of a turn that the budget refuses. @param text the partial answer */
  refusal(text = ''): Omit<FailedEvent, 'at' | 'attempt'> {
    return hostFailure('spendingLimit', text, localize);
  }

  private decide(isFree: boolean, models: readonly string[], isQueued: boolean): boolean | Promise<boolean> {
    if (isFree || !this.deps.setting()) return true;
    return this.mutex.runExclusive(async () => {
      const spending = await this.read(models.slice(1));
      if (!spending) return true;
      if (!this.isUsedUp(spending)) {
        this.warn(spending);
        return true;
      }
      if (isQueued && totalOf(spending) < this.declinedAmount) return false;
      return this.ask(spending, vscode.l10n.t('If you cancel, nothing is sent.'));
    });
  }

  private isUsedUp(spending: Spending): boolean {
    const { budget, isComplete } = spending;
    const limit = isComplete ? Math.max(this.agreedAmount, budget.daily) : this.agreedAmount;
    return budget.action === 'ask' && totalOf(spending) >= limit;
  }

  /** Shows a dialog, because a notification disappears after a few seconds, and *Do Not Disturb* hides it. */
  private async ask(spending: Spending, consequence: string): Promise<boolean> {
    const send = vscode.l10n.t('Send anyway');
    const again = vscode.l10n.t(
      'If you choose “Send anyway”, you are asked again once another quarter of the budget is used.',
    );
    const detail = inSentences(...notesOn(spending), consequence, again);
    this.warnedPercent = Math.max(this.warnedPercent, reachedPercent(spending));
    const { period } = this;
    const isAgreed = (await askUser('warning', describe(spending), [send], detail)) === send;
    // The answer does not apply to another day or setting.
    if (period !== this.period) return isAgreed;
    const nextAmount = totalOf(spending) + questionShare * spending.budget.daily;
    if (isAgreed) this.agreedAmount = nextAmount;
    else this.declinedAmount = nextAmount;
    return isAgreed;
  }

  private warn(spending: Spending): void {
    const reached = reachedPercent(spending);
    if (reached <= this.warnedPercent) return;
    this.warnedPercent = reached;
    const openUsage = { title: vscode.l10n.t('Open usage'), run: this.deps.openUsage };
    showToast(this.deps.log, 'warning', describe(spending), [openUsage]);
  }

  /**
   * Reads today's spending. Returns undefined if there is no budget. On a new day and after a change of the setting,
   * the warnings start anew.
   * @param startingModels the models of requests that are about to start, which are treated like running requests
   */
  private async read(startingModels: readonly string[] = []): Promise<Spending | undefined> {
    const { setting, book, clock, runningModels } = this.deps;
    const budget = setting();
    if (!budget) return undefined;
    await book.refresh();
    const { currency } = budget;
    const [now, records] = [clock.now(), book.records()];
    const today = startOfDay(now);
    const period = JSON.stringify([today, budget]);
    if (period !== this.period) [this.warnedPercent, this.agreedAmount, this.declinedAmount] = [0, 0, 0];
    this.period = period;
    const expected = [...runningModels(), ...startingModels].reduce(
      (sum, model) => sum + averageCost(records, { model, currency }),
      0,
    );
    return { budget, ...spentToday(records, now, currency), expected, isComplete: book.isCompleteSince(today) };
  }
}

function totalOf({ spent, expected }: Spending): number {
  return spent.amount + expected;
}

function reachedPercent({ budget, spent }: Spending): number {
  return warnPercents.find((percent) => percent <= usedPercent(budget, spent)) ?? 0;
}

function describe({ budget, spent }: Spending): string {
  const { format } = hostWords();
  return vscode.l10n.t(
    "You have used {0}% of today's budget: {1} of {2}.",
    format.number(usedPercent(budget, spent)),
    format.costs([spent]),
    format.costs([budgetCost(budget)]),
  );
}

/** Returns sentences about what the amounts in the question leave out. */
function notesOn({ budget: { currency }, expected, uncounted, isComplete }: Spending): readonly string[] {
  const { format } = hostWords();
  const running: Cost = { amount: expected, currency, isEstimate: false };
  return [
    ...(isComplete ? [] : [vscode.l10n.t("Part of today's spending is unknown, because a file can't be read.")]),
    ...(expected > 0
      ? [vscode.l10n.t('Requests that run at the same time add about {0}.', format.costs([running]))]
      : []),
    ...(uncounted.length > 0
      ? [vscode.l10n.t('{0} in another currency is not included in the budget.', format.costs(uncounted))]
      : []),
  ];
}
