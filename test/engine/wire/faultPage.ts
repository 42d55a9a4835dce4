import type { WireResult } from './runWireCase';

export const updateCommand = `UPDATE_DOCS=1 npx mocha 'test/engine/wire/*.test.ts'`;

const intro = `# Every fault on a real connection

Every fault between the editor and a model has a row in the fault table (\`src/engine/faults/faultTable.ts\`). The cases on
this page provoke each of them: with the real engine and the runtime's \`fetch\`, against a gateway on the loopback address
whose bytes are scripted. For faults that such a gateway can't produce, such as an unknown host name, \`fetch\` is replaced.
Time and random numbers are simulated.

The columns *expected* and *actual* summarize the turn from left to right: the status of each response, the received parts
(\`text\`, \`reasoning\`, \`tool call\`), the row of the fault, each wait (\`server\`: the gateway named the delay, in
milliseconds; \`backoff\`: the engine chose it), the trigger of the next attempt, how a continuation was joined and how many
repeated characters were dropped, and how the turn ended, with the buttons of the failure card.

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

The tests write this page (\`${updateCommand}\`), and fail if it is out of date.
`;

/** Returns the page for the results of all cases. */
export function faultPage(results: readonly WireResult[]): string {
  const rows = results.map(({ wireCase: { row, title, expected }, reading, summary }) =>
    [String(row), title, reading.text || '–', expected, summary === expected ? 'as expected' : summary].map(cell),
  );
  const table = [['row', 'fault', 'message', 'expected', 'actual'], Array(5).fill('---'), ...rows];
  return `${intro}\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** Returns a report of the results for the terminal. */
export function faultReport(results: readonly WireResult[]): string {
  return results
    .map(({ wireCase: { row, expected }, summary }) => {
      const same = summary === expected;
      return `${String(row).padStart(2)} · ${expected} · ${same ? 'as expected' : summary}`;
    })
    .join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[|<]/g, (character) => (character === '|' ? '\\|' : '&lt;'));
}
