import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths';
import { markdownTable, replaceTable } from '../support/tableInMarkdown';
import type { Row } from './row';

const reportFile = path.join(root, 'docs/bench.md');

export function reportTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, ours, peer, ratio, aim }) => [what, ours, peer, ratio, aim]);
  return markdownTable([['what', 'ours', 'peer', 'ratio', 'aim'], ...cells]);
}

/** Writes the rows of a complete run to docs/bench.md. */
export function writeReport(rows: readonly Row[], machine: string): void {
  const text = replaceTable(readFileSync(reportFile, 'utf8'), reportTable(rows));
  writeFileSync(reportFile, text.replace(/(?<=`npm run bench` on ).*(?=:$)/m, machine));
}
