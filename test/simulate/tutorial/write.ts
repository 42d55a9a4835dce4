import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/paths';
import { faults } from './faults';
import { languages, readmeOf, readmeTable, withTable } from './readme';
import { sideBySide, type SideBySide } from './sideBySide';

/** Measures both clients and writes the table of each language. @returns the English table */
export async function writeTutorialTables(): Promise<string> {
  const all: SideBySide[] = [];
  for (const fault of faults) all.push(await sideBySide(fault));
  for (const language of languages) {
    const file = path.join(root, readmeOf(language));
    writeFileSync(file, withTable(readFileSync(file, 'utf8'), readmeTable(language, all)));
  }
  return readmeTable('en', all);
}
