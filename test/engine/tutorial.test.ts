import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faults } from '../simulate/tutorial/faults';
import { languages, readmeOf, readmeTable } from '../simulate/tutorial/readme';
import { sideBySide, type SideBySide } from '../simulate/tutorial/sideBySide';

describe('outcomes of the tutorial client and the HolySheep client', () => {
  const measured: SideBySide[] = [];

  // The SDK is loaded before the measurements, because loading takes longer than any of them.
  before(() => import('../../src/engine/http/sdk'));

  for (const fault of faults) {
    it(`are "${fault.tutorial}" (tutorial) and "${fault.ours}" (HolySheep) after this fault: ${fault.en}`, async () => {
      const result = await sideBySide(fault);
      measured.push(result);
      const { tutorial, ours } = result;
      assert.deepEqual(
        { tutorial: tutorial.outcome, ours: ours.outcome },
        { tutorial: fault.tutorial, ours: fault.ours },
      );
    });
  }

  it('never include a wrong answer of the HolySheep client', () => {
    assert.deepEqual(
      faults.map(({ ours }) => ours).filter((outcome) => outcome !== 'whole' && outcome !== 'error'),
      [],
    );
  });

  for (const language of languages) {
    it(`match the table in ${readmeOf(language)} (npm run simulate -- tutorial)`, async function () {
      // The table can be compared only if all faults were measured.
      if (measured.length < faults.length) return this.skip();
      const readme = await readFile(join(__dirname, '../..', readmeOf(language)), 'utf8');
      const table = readmeTable(language, measured);
      const [heading = ''] = table.split('\n');
      const from = readme.indexOf(heading);
      assert.equal(readme.slice(from, readme.indexOf('\n\n', from)), table);
    });
  }
});
