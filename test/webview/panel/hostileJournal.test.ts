import assert from 'node:assert/strict';
import type { ExchangeTree } from '../../../src/host/journal/exchangeTree';
import { exportJson } from '../../../src/host/history/exportJson';
import { englishWords } from '../../support/englishWords';
import { exportMarkdown } from '../../../src/host/history/exportMarkdown';
import { foldJournal } from '../../../src/host/journal/journalFold';
import { salvageJournal } from '../../../src/host/journal/journalLines';
import { PanelPage } from './support/panelPage';

const origin = 'https://api.example';
const header = { type: 'conversation', schema: 1, id: 'c', createdAt: 1_700_000_000_000 };
const wait = {
  ...{ type: 'waiting', attempt: 2, at: 30, until: 1_700_000_005_000, delayMs: 5000, maxAttempts: 6, told: 'turn' },
  ...{ source: 'server', reason: 'rate-limit', message: 'Rate limited.', hintMs: 4000, hintFrom: 'retry-after' },
  ...{ jitterMs: 100, status: 429, requestId: 'r', actions: ['retryNow'] },
};
const failure = {
  ...{ type: 'failed', attempt: 3, at: 900, kind: 'rate-limit', status: 429, requestId: 'r', message: 'Rate limited.' },
  ...{ text: 'one three', actions: ['retryNow'], detail: 'words', resetsAt: 1_700_000_100_000, beyondMaxHint: true },
};
const events = [
  { type: 'attempt', origin, attempt: 1, at: 10, model: 'm', why: 'first', time: 1_700_000_000_000 },
  { type: 'headers', attempt: 1, at: 15, status: 200, requestId: 'r', ms: 5 },
  { type: 'quiet', attempt: 1, at: 18, forMs: 5 },
  { type: 'reasoning', attempt: 1, at: 19, text: 'hm' },
  { type: 'text', attempt: 1, at: 20, text: 'one ' },
  // Some gateways don't number tool calls from 0.
  { type: 'tool-call', attempt: 1, at: 21, index: 9999, id: 'i', name: 'n', arguments: '{}' },
  {
    ...{ type: 'ended', attempt: 1, at: 25, how: 'stalled', row: 'connectionRefused', ms: 15, firstTokenMs: 9 },
    ...{ bytes: 9, chars: 4, tokens: 2 },
  },
  { type: 'cut', attempt: 1, at: 26, reason: 'stalled', message: 'Cut.' },
  wait,
  { type: 'model', attempt: 2, at: 5029, from: 'm', to: 'n', reason: 'overloaded' },
  {
    type: 'attempt',
    origin,
    attempt: 2,
    at: 5030,
    model: 'n',
    why: 'resume',
    how: 'continue',
    time: 1_700_000_005_020,
  },
  { type: 'resumed', attempt: 2, at: 5040, how: 'continue', trimmed: 1, resumePoint: 4 },
  { type: 'text', attempt: 2, at: 5050, text: 'two' },
  { type: 'attempt', origin, attempt: 3, at: 5060, model: 'n', why: 'retry', how: 'restart', time: 1_700_000_005_050 },
  { type: 'replaced', attempt: 3, at: 5070, text: 'one three', because: 'reasoning' },
  { type: 'usage', attempt: 3, at: 5080, promptTokens: 1, completionTokens: 2, totalTokens: 3 },
];
const done = {
  ...{ type: 'done', attempt: 3, at: 5090, finishReason: 'length', attempts: 3, text: 'one three', waitedMs: 5000 },
};
const stopped = { type: 'stopped', attempt: 3, at: 5090, text: 'one three' };
const attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'let a', truncated: true };
const target = { uri: 'file:///a.ts', startLine: 1, startCharacter: 2 };
const firstExchange = { type: 'exchange', id: 'e', prompt: 'Hi', content: 'Hi all', model: 'm', demo: true, target };

/** A conversation with every type of record and event, and with a value in every field. */
const lines: readonly object[] = [
  header,
  { ...firstExchange, attachments: [attachment] },
  { type: 'events', exchangeId: 'e', events: [...events, failure] },
  { type: 'rerun', exchangeId: 'e', go: 'continue', model: 'm' },
  { type: 'events', exchangeId: 'e', events: [...events, done] },
  { type: 'exchange', id: 'f', after: '', prompt: 'Ho' },
  { type: 'events', exchangeId: 'f', events: [...events, stopped] },
  { type: 'show', exchangeId: 'e' },
  { type: 'exchange', id: 'g', prompt: 'Waits' },
  { type: 'events', exchangeId: 'g', events: [...events, wait] },
  { type: 'interrupted', exchangeId: 'g' },
  { type: 'title', title: 'Named' },
];
const undamaged: readonly object[] = [
  { type: 'exchange', id: 'z', prompt: 'Undamaged' },
  { type: 'events', exchangeId: 'z', events: [events[0]!, { type: 'text', attempt: 1, at: 20, text: 'unharmed' }] },
];

const deeplyNested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
/** Invalid values as JSON texts, because `JSON.stringify` cannot produce some of them. */
const hostile: readonly string[] = [
  ...['1e308', '1e999', '-1e999', '-1', '8640000000000001', '0.5', 'null', 'true', '""', '"NaN"', '"__proto__"'],
  ...['"\\u0000\\ud800"', '{}', '[null]', '{"__proto__":{"a":1}}', '{"length":1e9}', '[{"type":"text"}]', deeplyNested],
];
/** The values with which the test also draws the panel. Drawing it with every value would take too long. */
const drawnValues: readonly (string | undefined)[] = ['1e308', '-1e999', '"NaN"', '{}', undefined];

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, field]) => pathsIn(field, [...path, name]))];
}

/**
 * Returns whether a path is in the events at the start of every `events` record. These events need to be tested only
 * once.
 */
function isInCommonEvents([name, index]: Path): boolean {
  return name === 'events' && Number(index) < events.length;
}

const marker = '"<hostile>"';

/**
 * Returns a line as JSON in which one value is replaced.
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

const exportOptions = { words: englishWords, locale: 'en' };

/** Loads and exports a journal as the host does. */
function loadAndExport(text: string): ExchangeTree {
  const folded = foldJournal(salvageJournal(Buffer.from(text)).lines);
  const all = folded.tree;
  const source = { title: folded.title ?? '', exchanges: folded.exchanges, otherVersions: all.otherVersions() };
  exportJson(source, 0);
  exportMarkdown(source, exportOptions);
  return all;
}

describe('journal whose records may be invalid', function () {
  this.timeout(120_000);
  const journal = [...lines, ...undamaged].map((line) => JSON.stringify(line)).join('\n');

  it('is read completely and not reported as damaged when all its records are valid', () => {
    const { damage, lines: salvaged } = salvageJournal(Buffer.from(`${journal}\n`));
    assert.equal(damage, undefined);
    assert.deepEqual(salvaged, [...lines.slice(1), ...undamaged]);
  });

  for (const [number, line] of lines.entries()) {
    const { type } = line as { readonly type: string };
    it(`is shown and exported with its undamaged exchanges, whatever value a field of line ${number} (${type}) has`, () => {
      const page = new PanelPage();
      try {
        for (const path of pathsIn(line).filter((path) => number === 2 || !isInCommonEvents(path))) {
          for (const by of [...hostile, undefined]) {
            const crafted = [...lines, ...undamaged].map((record, index) =>
              index === number ? withHostile(record, path, by) : JSON.stringify(record),
            );
            const description = `${path.join('.')}: ${by?.slice(0, 40) ?? 'missing'}`;
            try {
              const all = loadAndExport(`${crafted.join('\n')}\n`);
              const views = all.path().map((exchange) => all.snapshot(exchange));
              if (drawnValues.includes(by)) page.snapshot(JSON.parse(JSON.stringify(views)) as typeof views);
              if (number > 0) assert.equal(all.get('z')?.state.text, 'unharmed');
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

  it('is loaded without an error or a hang, however many turns, events and seconds it contains', () => {
    const repeat = (count: number, createRecord: (n: number) => object): string =>
      Array.from({ length: count }, (_, n) => JSON.stringify(createRecord(n))).join('\n');
    const eventsRecord = (event: object): object => ({ type: 'events', exchangeId: 'e', events: [event] });
    const start = `${JSON.stringify(header)}\n${JSON.stringify(firstExchange)}\n`;
    const count = 60_000;
    for (const content of [
      repeat(count, (n) => ({ type: 'exchange', id: `${n}`, prompt: 'Hi' })),
      repeat(count, (n) =>
        eventsRecord({ type: 'attempt', origin, attempt: n, at: n, model: 'm', why: 'retry', time: n }),
      ),
      repeat(count, (n) => eventsRecord({ ...wait, at: n, reason: n % 2 ? 'server' : 'overloaded' })),
      repeat(count, (n) => eventsRecord({ type: 'text', attempt: 1, at: n * 1000, text: 'a' })),
      repeat(count, (n) => eventsRecord({ type: 'replaced', attempt: 1, at: (n % 2) * 1e12, text: 'a' })),
      repeat(count, (n) => eventsRecord({ type: 'tool-call', attempt: 1, at: n, index: n, arguments: '' })),
      repeat(count, (n) =>
        eventsRecord({ type: 'resumed', attempt: 1, at: n, how: 'continue', trimmed: 0, resumePoint: n }),
      ),
    ]) {
      assert.equal(loadAndExport(`${start}${content}\n`).get('e')?.prompt, firstExchange.prompt);
    }
  });
});
