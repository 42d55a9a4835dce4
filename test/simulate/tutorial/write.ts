import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/paths';
import { replaceTable } from '../../support/tableInMarkdown';
import { comparisonTable, documentOf, languages } from './comparisonTable';
import { faults } from './faults';
import { sideBySide, type SideBySide } from './sideBySide';

/** Measures both clients and writes the tables that compare them. */
export async function writeTutorialTables(): Promise<void> {
  const results: SideBySide[] = [];
  for (const fault of faults) results.push(await sideBySide(fault));
  for (const language of languages) {
    const file = path.join(root, documentOf(language));
    writeFileSync(file, replaceTable(readFileSync(file, 'utf8'), comparisonTable(language, results)));
  }
}
