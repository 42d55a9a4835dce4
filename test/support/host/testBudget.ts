import type { BudgetDecisions } from '../../../src/host/health/budget';
import { hostFailure } from '../../../src/engine/faults/hostFaults';
import { englishWords } from '../englishWords';

/** A daily budget that allows every request, unless the test replaces one of its methods. */
export class TestBudget implements BudgetDecisions {
  mayStart: () => boolean | Promise<boolean> = () => true;
  mayStartQueued: () => boolean | Promise<boolean> = () => true;
  mayStartUnattended = (): Promise<boolean> => Promise.resolve(true);
  mayOthersStart = (): Promise<boolean> => Promise.resolve(true);
  readonly refusal = (text = '') => hostFailure('spendingLimit', text, englishWords.localize);
}
