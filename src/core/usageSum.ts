import type { Usage } from './events';

/** Tokens of all attempts of a turn. */
export class UsageSum {
  private sum: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

  add({ promptTokens, completionTokens, totalTokens }: Usage): Usage {
    this.sum = {
      promptTokens: this.sum.promptTokens + promptTokens,
      completionTokens: this.sum.completionTokens + completionTokens,
      totalTokens: this.sum.totalTokens + totalTokens,
    };
    return this.sum;
  }
}
