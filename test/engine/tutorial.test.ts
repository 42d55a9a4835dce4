import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faults } from '../simulate/tutorial/faults';
import { languages, readmeOf, readmeTable } from '../simulate/tutorial/readme';
import { sideBySide, type SideBySide } from '../simulate/tutorial/sideBySide';

describe('the client of the tutorials and ours, when this goes wrong:', () => {
  const measured: SideBySide[] = [];

  // Loading is no part of what is measured, and takes longer than any of it.
  before(() => import('../../src/engine/http/sdk'));

  for (const fault of faults) {
    it(`${fault.en}: theirs ${fault.tutorial}, ours ${fault.ours}`, async () => {
      const result = await sideBySide(fault);
      measured.push(result);
      const { tutorial, ours } = result;
      assert.deepEqual(
        { tutorial: tutorial.outcome, ours: ours.outcome },
        { tutorial: fault.tutorial, ours: fault.ours },
      );
    });
  }

  it('ours leaves nobody with a text that is not the answer', () => {
    assert.deepEqual(
      faults.map(({ ours }) => ours).filter((outcome) => outcome !== 'whole' && outcome !== 'error'),
      [],
    );
  });

  for (const language of languages) {
    it(`is what ${readmeOf(language)} says (npm run simulate -- tutorial)`, async function () {
      // Only a whole run can tell.
      if (measured.length < faults.length) return this.skip();
      const readme = await readFile(join(__dirname, '../..', readmeOf(language)), 'utf8');
      const table = readmeTable(language, measured);
      const [head = ''] = table.split('\n');
      const from = readme.indexOf(head);
      assert.equal(readme.slice(from, readme.indexOf('\n\n', from)), table);
    });
  }
});
