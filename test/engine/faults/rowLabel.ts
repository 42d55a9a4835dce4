import { faultRows, type RowId } from '../../../src/engine/faults/faultTable';

const names: ReadonlyMap<number, string> = new Map(Object.entries(faultRows).map(([name, row]) => [row, name]));

/** Names a row of the fault table in the title of a test: `row 3 (connectionRefused)`. */
export function rowLabel(row: RowId | 0): string {
  return row === 0 ? 'no row' : `row ${row} (${names.get(row)})`;
}
