import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readmeFiles, readmeTable } from '../bench/readmeTable';
import { reportFile, reportHead } from '../bench/report';
import { root } from '../support/paths';
import { findTable, firstLine, tableCells } from '../support/tableInMarkdown';

describe('measurements in the READMEs', () => {
  const cells = tableCells(findTable(readFileSync(reportFile, 'utf8'), reportHead));
  const measured = cells.map(([what = '', ours = '', peer = '', ratio = '']) => ({ what, ours, peer, ratio }));

  for (const readme of readmeFiles) {
    it(`are the same in ${readme} as in docs/bench.md`, () => {
      const table = readmeTable(readme, measured);
      assert.equal(findTable(readFileSync(path.join(root, readme), 'utf8'), firstLine(table)), table);
    });
  }
});
