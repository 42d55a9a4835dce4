import { Mutex } from 'async-mutex';
import * as vscode from 'vscode';
import type { Clock } from '../../engine/clock';
import type { FailedEvent } from '../../engine/events/events';
import { hostFailure } from '../../engine/faults/hostFaults';
import type { DailyBudget } from '../settings/dailyBudget';
import { notices } from '../ui/notices';
import { askUser } from '../ui/notifications';
import { hostWords, inSentences } from '../ui/words';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import type { HostNotice } from '../../shared/protocol';
import type { ErrorLog } from '../util/log';
import type { HealthBook } from './healthBook';
import { startOfDay } from '../ui/historyTime';
import { averageCost, budgetCost, spentToday, usedPercent, type SpentToday } from './healthReport';

interface BudgetDeps {
  readonly setting: () => DailyBudget | undefined;
  /** Records of the requests in all windows, with their costs. */
  readonly book: HealthBook;
  /** Returns the model of each running turn in this window. A turn has no model before its first attempt. */
  readonly runningModels: () => readonly (string | undefined)[];
  readonly clock: Clock;
  readonly openUsage: () => unknown;
  readonly log: ErrorLog;
}

interface Spending extends SpentToday {
  readonly budget: DailyBudget;
  /** Probable cost of the running requests, estimated from the average cost of earlier requests to the same models. */
  readonly running: number;
  /** Probable costs of the requests that are about to start together, in the order of their models. */
  readonly starting: readonly number[];
  /** Whether all files that might contain costs of today could be read. */
  readonly isComplete: boolean;
}

/** Methods that callers use before they start a request. */
export type BudgetDecisions = Pick<
  Budget,
  'mayStart' | 'mayStartQueued' | 'mayStartUnattended' | 'mayOthersStart' | 'refusal'
>;

const warnPercents = [100, 80];

/** Share of the daily budget that can be spent between two questions to the user. */
const questionShare = 0.25;

/**
 * Compares the spending of today with the setting `holysheep.budget`. Each window warns at most once per day at 80 %
 * and once at 100 %. If the property `action` of the setting is `ask`, callers must ask this class before they send a
 * request. A window shows one question to the user at a time.
 */
export class Budget extends Disposable {
  /** The day and the budget setting to which the following fields apply. When either changes, the fields are reset. */
  private period = '';
  private warnedPercent = 0;
  /**
   * Amount of spending to which the user has agreed, in the currency of the budget. When the spending reaches this
   * amount, the user is asked again.
   */
  private agreedAmount = 0;
  /**
   * If the user has declined to exceed the budget, no question is shown until the spending reaches this amount. Until
   * then, queued requests and requests of other extensions are refused without a question.
   */
  private declinedAmount = 0;
  /**
   * Allows only one question at a time. The user's answer might also apply to the next request, which then needs no
   * question.
   */
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
   * Returns whether a request that the user starts can be sent. If the budget is used up, the user is asked. The result
   * is `true`, not a promise, if there is no budget or the request is free. Don't call this method before continuing a
   * partial answer, which is always allowed.
   * @param models the models of all requests that start together
   */
  mayStart(isFree = false, models: readonly string[] = []): boolean | Promise<boolean> {
    return this.decide(isFree, models, false);
  }

  /**
   * Like {@link mayStart}, but for a prompt that has waited in the queue. If the user has already declined to exceed
   * the budget, the prompt is refused without another question.
   */
  mayStartQueued(isFree: boolean, models: readonly string[]): boolean | Promise<boolean> {
    return this.decide(isFree, models, true);
  }

  /** Returns whether a request can be sent now. Does not ask the user, who might be away. */
  async mayStartUnattended(): Promise<boolean> {
    const spending = await this.read();
    return !spending || !this.isUsedUp(spending);
  }

  /**
   * Returns whether a request from another extension can be sent now. A refused request is not sent later. Instead, the
   * user is asked about further requests, unless the user has already declined.
   */
  async mayOthersStart(): Promise<boolean> {
    const spending = await this.read();
    if (!spending || !this.isUsedUp(spending)) return true;
    if (!this.mutex.isLocked() && totalOf(spending) >= this.declinedAmount) {
      const refused = vscode.l10n.t(
        'A request from another extension was refused. If you cancel, further requests from extensions are also refused.',
      );
      const question = vscode.l10n.t('Send further requests anyway?');
      this.mutex.runExclusive(() => this.ask(spending, question, refused)).catch(this.deps.log.error);
    }
    return false;
  }

  /**
   * Returns the terminal event of a turn that was refused because of the budget.
   * @param text the partial answer
   */
  refusal(text = ''): Omit<FailedEvent, 'at' | 'attempt'> {
    return hostFailure('spendingLimit', text, localize);
  }

  private decide(isFree: boolean, models: readonly string[], isQueued: boolean): boolean | Promise<boolean> {
    if (isFree || !this.deps.setting()) return true;
    return this.mutex.runExclusive(async () => {
      const spending = await this.read(models);
      if (!spending) return true;
      if (!this.isUsedUp(spending)) {
        this.warn(spending);
        return true;
      }
      if (isQueued && totalOf(spending) < this.declinedAmount) return false;
      const question = hostWords().format.plural(
        Math.max(1, models.length),
        vscode.l10n.t('Send the request anyway?'),
        vscode.l10n.t('Send {0} requests anyway?'),
      );
      return this.ask(spending, question);
    });
  }

  private isUsedUp(spending: Spending): boolean {
    const { budget, isComplete } = spending;
    const limit = isComplete ? Math.max(this.agreedAmount, budget.daily) : this.agreedAmount;
    return budget.action === 'ask' && totalOf(spending) >= limit;
  }

  /**
   * Asks in a modal dialog, because a notification disappears and *Do Not Disturb* hides it. The focused first button
   * sends nothing, so a second Enter after a prompt costs nothing.
   */
  private async ask(spending: Spending, question: string, consequence?: string): Promise<boolean> {
    const { clock, openUsage } = this.deps;
    const { budget, spent } = spending;
    const [usage, send] = [vscode.l10n.t('Open usage'), vscode.l10n.t('Send anyway')];
    const nextAmount = totalOf(spending) + questionShare * budget.daily;
    const amounts = [spent, budgetCost(budget), { ...spent, amount: nextAmount }];
    const today = vscode.l10n.t(
      'Today: {0} of {1}. You are asked again at {2}.',
      ...amounts.map((cost) => hostWords().format.costs([cost])),
    );
    this.warnedPercent = Math.max(this.warnedPercent, reachedPercent(spending));
    notices.end(isWarning);
    const { period } = this;
    const detail = inSentences(today, ...notesOn(spending), consequence);
    const choice = await askUser('warning', question, [usage, send], detail);
    // The caller puts the prompt back and shows its conversation, so the usage is opened afterwards.
    if (choice === usage) clock.callAfter(0, openUsage);
    const isAgreed = choice === send;
    // If the day or the setting changed while the dialog was open, the user's decision applies only to this request.
    if (period !== this.period) return isAgreed;
    if (isAgreed) this.agreedAmount = nextAmount;
    else this.declinedAmount = nextAmount;
    return isAgreed;
  }

  private warn(spending: Spending): void {
    const reached = reachedPercent(spending);
    if (reached <= this.warnedPercent) return;
    this.warnedPercent = reached;
    const { log, openUsage } = this.deps;
    const [text, usage] = [describe(spending), vscode.l10n.t('Usage')];
    notices.end(isWarning);
    notices
      .show({ kind: 'spending', severity: 'warning', text, actions: [usage] }, async () =>
        // If the next request leads to a question, no notification repeats the question behind the dialog.
        this.isUsedUp(spending) ? undefined : askUser('warning', text, [usage]),
      )
      .then((chosen) => chosen === usage && openUsage())
      .catch(log.error);
  }

  /**
   * Reads the spending of today. Returns undefined if there is no budget. On a new day, or after a change of the
   * setting, earlier warnings and decisions of the user are forgotten.
   * @param models the models of the requests that are about to start together
   */
  private async read(models: readonly string[] = []): Promise<Spending | undefined> {
    const { setting, book, clock, runningModels } = this.deps;
    const budget = setting();
    if (!budget) return undefined;
    await book.refresh();
    const { currency } = budget;
    const [now, records] = [clock.now(), book.records()];
    const today = startOfDay(now);
    const period = JSON.stringify([today, budget]);
    if (period !== this.period) {
      [this.warnedPercent, this.agreedAmount, this.declinedAmount] = [0, 0, 0];
      notices.end(isWarning);
    }
    this.period = period;
    const expected = (model: string | undefined): number => averageCost(records, { model, currency });
    const running = sum(runningModels().map(expected));
    const starting = models.map(expected);
    const isComplete = book.isCompleteSince(today);
    return { budget, ...spentToday(records, now, currency), running, starting, isComplete };
  }
}

const isWarning = ({ kind }: HostNotice): boolean => kind === 'spending';

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** Returns the spending of today, including the running requests and all starting requests except the first. */
function totalOf({ spent, running, starting }: Spending): number {
  return spent.amount + running + sum(starting.slice(1));
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

/** Returns sentences that tell the user which costs are missing from the amounts in the question. */
function notesOn({ budget: { currency }, running, starting, uncounted, isComplete }: Spending): readonly string[] {
  const { format } = hostWords();
  const describeCost = (amount: number): string => format.costs([{ amount, currency, isEstimate: false }]);
  return [
    ...(starting.length > 1 && sum(starting) > 0
      ? [vscode.l10n.t('Together, the requests will cost about {0}.', describeCost(sum(starting)))]
      : []),
    ...(isComplete ? [] : [vscode.l10n.t("Part of today's spending is unknown, because a file can't be read.")]),
    ...(running > 0
      ? [vscode.l10n.t('Other requests in progress will add about {0} to the cost.', describeCost(running))]
      : []),
    ...(uncounted.length > 0
      ? [vscode.l10n.t('{0} in another currency is not included in the budget.', format.costs(uncounted))]
      : []),
  ];
}
