import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultTable } from '../../../src/engine/faults/faultTable';
import { wireCases } from './cases/all';
import { faultPage, faultReport, renewal } from './faultPage';
import { play, type Played } from './play';
import { hasSentence } from './sentences';

const page = join(__dirname, '../../../docs/faults.md');

describe('the fault table on the wire', () => {
  const played: Played[] = [];

  // Loading is no part of what the cases are about, and takes longer than any of them.
  before(() => import('../../../src/engine/http/sdk'));

  it('has a case for every row', () => {
    const rows = new Set<number>(wireCases.map(({ row }) => row));
    assert.deepEqual([...rows], Object.keys(faultTable).map(Number));
    assert.equal(rows.size, 73);
  });

  for (const wireCase of wireCases) {
    const { row, fault, expected } = wireCase;
    it(`row ${row}: ${fault}`, async () => {
      const result = await play(wireCase);
      played.push(result);
      assert.equal(result.seen, expected);
      assert.ifError(result.fault);
    });
  }

  it('says every sentence of the table', function () {
    if (played.length < wireCases.length) return this.skip();
    const rows = [...new Set(wireCases.map(({ row }) => row))].filter(hasSentence);
    const read = new Set(played.filter(({ reads }) => reads.own).map(({ wireCase: { row } }) => row));
    assert.deepEqual(
      rows.filter((row) => !read.has(row)),
      [],
    );
  });

  it(`is what docs/faults.md says (${renewal})`, async function () {
    // Only a whole run can tell.
    if (played.length < wireCases.length) return this.skip();
    const now = faultPage(played);
    if (process.env['UPDATE_DOCS']) await writeFile(page, now);
    assert.equal(await readFile(page, 'utf8').catch(() => ''), now);
  });

  after(() => console.log(faultReport(played)));
});
