import { faultRowIds, type RowId } from '../../../src/engine/faults/faultTable';

const names: ReadonlyMap<number, string> = new Map(Object.entries(faultRowIds).map(([name, row]) => [row, name]));

/** Returns the name and number of a fault for the title of a test: `connectionRefused (fault 3)`. */
export function rowLabel(row: RowId | 0): string {
  return row === 0 ? 'no fault of the table' : `${names.get(row)} (fault ${row})`;
}
