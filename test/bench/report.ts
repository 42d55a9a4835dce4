import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { markdownTable } from '../support/tableInMarkdown';
import { root } from '../support/paths';
import { replaceTable } from '../support/tableInMarkdown';
import { readmeFiles, readmeTable } from './readmeTable';
import type { Row } from './row';

const reportFile = path.join(root, 'docs/bench.md');

export function reportTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, ours, peer, ratio, aim }) => [what, ours, peer, ratio, aim]);
  return markdownTable([['what', 'ours', 'peer', 'ratio', 'aim'], ...cells]);
}

/** Writes the rows of a complete run to docs/bench.md, and those that the READMEs repeat to the READMEs. */
export function writeReport(rows: readonly Row[], machine: string): void {
  rewrite(reportFile, (text) =>
    replaceTable(text, reportTable(rows)).replace(/(?<=`npm run bench` on ).*(?=:$)/m, machine),
  );
  for (const readme of readmeFiles) {
    rewrite(path.join(root, readme), (text) => replaceTable(text, readmeTable(readme, rows)));
  }
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
