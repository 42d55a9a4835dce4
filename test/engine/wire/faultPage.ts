import type { Played } from './play';

export const renewal = `UPDATE_DOCS=1 npx mocha 'test/engine/wire/*.test.ts'`;

const intro = `# The fault table on the wire

Whatever can go wrong between the editor and a model has a row in the fault table (\`src/engine/faults/faultTable.ts\`). Here
every row happens: to the real engine, with the runtime's own \`fetch\`, against a server on the loopback address that
is scripted down to the byte. What such a server can't do, such as a name that is not found, comes as the rejection
that \`fetch\` answers with. Time is virtual, and so is chance.

A story reads from left to right: the status of each response, what came (\`text\`, \`reasoning\`, \`tool call\`), the row
that the failure was found to be, each wait (\`server\`: the server named the time, in milliseconds; \`backoff\`: the
engine chose it), how the next attempt came about, where the rest of a cut answer was joined and how many characters
of it were dropped because the reader had them, and how the turn ended, with the buttons of the failure card.

The tests write this page: \`${renewal}\`. They fail when it differs from what happens.
`;

/** The page, from what has happened. */
export function faultPage(all: readonly Played[]): string {
  const rows = all.map(({ wireCase: { row, fault, expected }, reads, seen }) =>
    [String(row), fault, reads.text || '–', expected, seen === expected ? 'as expected' : seen].map(cell),
  );
  const table = [['row', 'fault', 'what the user reads', 'expected', 'seen'], Array(5).fill('---'), ...rows];
  return `${intro}\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** For the terminal. */
export function faultReport(all: readonly Played[]): string {
  return all
    .map(({ wireCase: { row, expected }, seen }) => {
      const same = seen === expected;
      return `${String(row).padStart(2)} · ${expected} · ${same ? 'as expected' : seen}`;
    })
    .join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[|<]/g, (sign) => (sign === '|' ? '\\|' : '&lt;'));
}
