import assert from 'node:assert/strict';
import { exportJson } from '../../../src/host/history/exportJson';
import type { exportMarkdown as ExportMarkdown } from '../../../src/host/history/exportMarkdown';
import { foldJournal, type ExchangeTree } from '../../../src/host/journal/exchangeTree';
import { salvageJournal } from '../../../src/host/journal/journalLines';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { usesLargeInputs } from '../../support/propertyRuns';
import { everyRecord, firstEvents, wait } from './everyRecord';
import { PanelPage } from './support/panelPage';

interface StoredRecord {
  readonly type: string;
  readonly id?: string;
  readonly answer?: unknown;
}

const records: readonly StoredRecord[] = everyRecord;
const lines = records.map((record) => JSON.stringify(record));

const deeplyNested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
/** Invalid values as JSON texts, because `JSON.stringify` cannot produce some of them. */
const hostile: readonly string[] = [
  '1e308',
  '1e999',
  '-1e999',
  '-1',
  '8640000000000001',
  '0.5',
  'null',
  'true',
  '""',
  '"NaN"',
  '"__proto__"',
  '"\\u0000\\ud800"',
  '{}',
  '[null]',
  '{"__proto__":{"a":1}}',
  '{"length":1e9}',
  '[{"type":"text"}]',
  deeplyNested,
];
/** Values with which the test also draws the panel. An ordinary run draws one of them for each field. */
const drawnValues: readonly (string | undefined)[] = ['1e308', '-1e999', '"NaN"', '{}', undefined];

const isUndamaged = ({ id, answer }: StoredRecord): boolean => id === 'z' || answer === 'z1';

/**
 * Returns the lines of the journal without the events of unrelated answers, which would only take time. The exchange
 * `z`, which must stay undamaged, is included.
 */
function affectedLines(number: number): readonly string[] {
  const { answer } = records[number]!;
  return lines.filter((_, index) => {
    const record = records[index]!;
    return usesLargeInputs || record.type !== 'events' || record.answer === answer || isUndamaged(record);
  });
}

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, field]) => pathsIn(field, [...path, name]))];
}

const marker = '"<hostile>"';

/**
 * Returns a line of the journal in which one value is replaced.
 *
 * @param by the new value, as JSON; undefined removes the field
 */
function withHostile(line: object, path: Path, by: string | undefined): string {
  const copy = structuredClone(line) as Record<string, unknown>;
  if (path.length === 0) return by ?? '';
  const last = String(path.at(-1));
  const within = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((value, name) => value[name] as Record<string, unknown>, copy);
  if (by === undefined) Reflect.deleteProperty(within, last);
  else within[last] = '<hostile>';
  return JSON.stringify(copy).replace(marker, by ?? '');
}

let exportMarkdown: typeof ExportMarkdown;

/** Loads and exports a journal as the host does. */
function loadAndExport(text: string): ExchangeTree {
  const { tree } = foldJournal(salvageJournal(Buffer.from(text)).records);
  const source = { tree, title: tree.title ?? '', readImage: () => undefined };
  exportJson(source, 0);
  exportMarkdown(source);
  return tree;
}

describe('journal of a conversation', function () {
  this.timeout(120_000);
  useVSCode({ l10n: englishL10n, env: { language: 'en' } });
  before(async () => {
    ({ exportMarkdown } = await import('../../../src/host/history/exportMarkdown'));
  });

  it('is read without a report of damage if all its records are valid', () => {
    const { damage, records: salvaged } = salvageJournal(Buffer.from(`${lines.join('\n')}\n`));
    assert.equal(damage, undefined);
    assert.deepEqual(salvaged, records.slice(1));
  });

  for (const [number, record] of records.entries()) {
    const { type } = record;
    if (isUndamaged(record)) continue;
    it(`is shown and exported even if a field of record ${number} (${type}) has an invalid value`, () => {
      const page = new PanelPage();
      try {
        const journal = affectedLines(number);
        for (const [index, path] of pathsIn(record).entries()) {
          const drawn = usesLargeInputs ? drawnValues : [drawnValues[index % drawnValues.length]];
          for (const by of [...hostile, undefined]) {
            const crafted = journal.with(journal.indexOf(lines[number]!), withHostile(record, path, by));
            const description = `${path.join('.')}: ${by?.slice(0, 40) ?? 'missing'}`;
            try {
              const tree = loadAndExport(`${crafted.join('\n')}\n`);
              const items = tree.page();
              if (drawn.includes(by)) page.snapshot(JSON.parse(JSON.stringify(items)) as typeof items);
              if (number > 0) assert.equal(tree.answer('z1')?.state.text, 'unharmed');
            } catch (error) {
              throw new Error(description, { cause: error });
            }
          }
        }
      } finally {
        page.dispose();
      }
    });
  }

  it('can be shown and exported, however many turns and events it contains', () => {
    const repeat = (count: number, createRecord: (n: number) => object): string =>
      Array.from({ length: count }, (_, n) => JSON.stringify(createRecord(n))).join('\n');
    const eventsRecord = (event: object): object => ({ type: 'events', answer: 'e1', events: [event] });
    const start = [lines[0], ...lines.filter((_, index) => records[index]?.id === 'e')].join('\n');
    const [attempt] = firstEvents;
    // The count exceeds the numbers of exchanges and of events that a journal is allowed to contain.
    const count = usesLargeInputs ? 60_000 : 12_000;
    for (const content of [
      repeat(count, (n) => ({
        type: 'exchange',
        id: `${n}`,
        parentAnswer: n === 0 ? '' : `a${n - 1}`,
        prompt: 'Hi',
        answers: [{ id: `a${n}` }],
      })),
      repeat(count, (n) => eventsRecord({ ...attempt, attempt: n, at: n, why: 'retry', time: n })),
      repeat(count, (n) => eventsRecord({ ...wait, at: n, reason: n % 2 ? 'server' : 'overloaded' })),
      repeat(count, (n) => eventsRecord({ type: 'text', attempt: 1, at: n * 1000, text: 'a' })),
      repeat(count, (n) => eventsRecord({ type: 'replaced', attempt: 1, at: (n % 2) * 1e12, text: 'a' })),
      repeat(count, (n) => eventsRecord({ type: 'tool-call', attempt: 1, at: n, index: n, arguments: '' })),
      repeat(count, (n) =>
        eventsRecord({ type: 'resumed', attempt: 1, at: n, how: 'continue', trimmed: 0, resumePoint: n }),
      ),
    ]) {
      assert.equal(loadAndExport(`${start}\n${content}\n`).exchange('e')?.prompt, 'Hi');
    }
  });
});
