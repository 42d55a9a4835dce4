import type { Played } from './play';

export const renewal = `UPDATE_DOCS=1 npx mocha 'test/engine/wire/*.test.ts'`;

const intro = `# Every fault on a real connection

The fault table (\`src/engine/faults/faultTable.ts\`) has a row for everything that can go wrong between the editor and a model.
This page shows each row with the real engine and the \`fetch\` of Node.js, against a scripted server on the loopback address.
Faults that such a server can't cause, such as an unknown host name, are simulated by the rejection that \`fetch\` would return.
Time is virtual, and random numbers are seeded. [The engine](engine.md) explains the rules.

The last two columns show what happens in a turn, step by step:

| step | meaning |
| --- | --- |
| \`200\` | the status of a response |
| \`text\`, \`reasoning\`, \`tool call\` | a part of the answer arrives |
| \`row 30\` | a fault, by its row in the fault table |
| \`cut rate-limit\` | the stream broke after a part of the answer, with the kind of the fault |
| \`waiting server 37000 rate-limit\` | a wait that the gateway asked for, in milliseconds |
| \`waiting backoff server\` | a wait that the engine chose |
| \`retry\`, \`replay\`, \`repair\`, \`resume (continue)\`, \`retry-now\`, \`switch\` | why the next attempt is made, and how it resumes the answer |
| \`joined continue, 23 dropped\` | the continuation was joined to the partial answer, without an overlap of 23 characters |
| \`restarted\`, \`replaced\` | a new answer begins; it has replaced the old one |
| \`quiet\` | nothing has arrived for 10 s |
| \`done stop, complete answer\` | the turn is complete, with its finish reason |
| \`failed auth [setApiKey retryNow]\` | the turn failed, with the kind of the fault and the buttons of the failure card |

The tests write this page (\`${renewal}\`), and fail if it is out of date.
`;

/** The page, from what has happened. */
export function faultPage(all: readonly Played[]): string {
  const rows = all.map(({ wireCase: { row, fault, expected }, reads, seen }) =>
    [String(row), fault, reads.text || '–', expected, seen === expected ? 'as expected' : seen].map(cell),
  );
  const table = [['row', 'fault', 'message for the user', 'expected', 'observed'], Array(5).fill('---'), ...rows];
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
