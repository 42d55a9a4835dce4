/** What a stage reports; tests that were skipped count as neither. */
export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  /** A line for each that failed, where the stage knows more than its own name. */
  readonly told?: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** `mochaArgs` are handed to the mocha stages, for instance `--grep`. */
  run(mochaArgs: readonly string[]): Promise<StageResult>;
}

export const stageTimeoutMs = 20 * 60_000;
