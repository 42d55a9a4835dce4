import type { CodeProblem } from '../code/codePrompts';

export interface FileProblem extends CodeProblem {
  /** From 1. */
  readonly column: number;
  /** Who says so, e.g. `ts 2322`; empty: unknown. */
  readonly source: string;
}

/** A list of problems as compilers write them, which models have seen a lot of. */
export function problemLines(path: string, problems: readonly FileProblem[]): string {
  return problems
    .map(({ line, column, severity, message, source }) => {
      const said = `- ${path}:${line}:${column} ${severity}: ${message.replace(/\s+/g, ' ')}`;
      return source ? `${said} (${source})` : said;
    })
    .join('\n');
}
