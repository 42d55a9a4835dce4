import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { comparisonTable, documentOf, languages } from '../simulate/tutorial/comparisonTable';
import { faults } from '../simulate/tutorial/faults';
import { sideBySide, type SideBySide } from '../simulate/tutorial/sideBySide';
import { findTable, firstLine } from '../support/tableInMarkdown';

describe('comparison of the engine with the retry loop of tutorials', () => {
  const results: SideBySide[] = [];

  // Loading the SDK takes longer than a simulated turn and must not count as its time.
  before(() => import('../../src/engine/http/sdk'));

  for (const fault of faults) {
    it(`ends with "${fault.ours}" for the engine and "${fault.tutorial}" for the tutorial client: ${fault.en}`, async () => {
      const result = await sideBySide(fault);
      results.push(result);
      const { tutorial, ours } = result;
      assert.deepEqual(
        { tutorial: tutorial.outcome, ours: ours.outcome },
        { tutorial: fault.tutorial, ours: fault.ours },
      );
    });
  }

  for (const language of languages) {
    it(`has the results that ${documentOf(language)} shows (npm run simulate -- tutorial)`, async function () {
      // A run with --grep measures only a part of the table.
      if (results.length < faults.length) return this.skip();
      const text = await readFile(join(__dirname, '../..', documentOf(language)), 'utf8');
      const table = comparisonTable(language, results);
      assert.equal(findTable(text, firstLine(table)), table);
    });
  }
});
