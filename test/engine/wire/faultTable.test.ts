import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultTable } from '../../../src/engine/faults/faultTable';
import { rowLabel } from '../faults/rowLabel';
import { wireCases } from './cases/all';
import { faultPage, faultReport, updateCommand } from './faultPage';
import { runWireCase, type WireResult } from './runWireCase';
import { hasMessage } from './shownMessage';

const pagePath = join(__dirname, '../../../docs/faults.md');

describe('engine over a real connection', () => {
  const results: WireResult[] = [];

  // Load the SDK first, because loading takes longer than any of the cases.
  before(() => import('../../../src/engine/http/sdk'));

  it('is tested for every fault of the fault table', () => {
    const rows = new Set<number>(wireCases.map(({ row }) => row));
    assert.deepEqual([...rows], Object.keys(faultTable).map(Number));
    assert.equal(rows.size, 74);
  });

  for (const wireCase of wireCases) {
    const { row, title, expected } = wireCase;
    it(`handles ${rowLabel(row)}: ${title}`, async () => {
      const result = await runWireCase(wireCase);
      results.push(result);
      assert.equal(result.summary, expected);
      assert.ifError(result.error);
    });
  }

  it('shows the user the message of every fault that has one', function () {
    if (results.length < wireCases.length) return this.skip();
    const rows = [...new Set(wireCases.map(({ row }) => row))].filter(hasMessage);
    const shownRows = new Set(results.filter(({ reading }) => reading.isOfRow).map(({ wireCase: { row } }) => row));
    assert.deepEqual(
      rows.filter((row) => !shownRows.has(row)),
      [],
    );
  });

  it(`behaves as documented in docs/faults.md (update: ${updateCommand})`, async function () {
    // The page needs the results of all cases.
    if (results.length < wireCases.length) return this.skip();
    const current = faultPage(results);
    if (process.env['UPDATE_DOCS']) await writeFile(pagePath, current);
    assert.equal(await readFile(pagePath, 'utf8').catch(() => ''), current);
  });

  after(() => console.log(faultReport(results)));
});
