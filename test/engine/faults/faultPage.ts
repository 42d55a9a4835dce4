import { classify } from '../../../src/engine/faults/classify';
import { faultNames, faultTable, type FaultName, type Policy } from '../../../src/engine/faults/faultTable';

export const updateCommand = `UPDATE_DOCS=1 npx mocha 'test/engine/faults/faultTable.test.ts'`;

const intro = `# Every fault

Each row of the fault table (\`src/engine/faults/faultTable.ts\`) is a fault between the editor and a model: its message, the statuses
that lead to it if the response says nothing more specific, what the engine does, and the actions of the failure card: two buttons, and a menu
for the others. What providers and gateways send with each fault is in \`test/engine/faults/rejections.jsonl\` and
\`test/engine/gateways/cases\`.
The tests write this page (\`${updateCommand}\`) and fail if it is out of date.
`;

/** Returns the page that lists every fault. */
export function faultPage(): string {
  const statuses = new Map<FaultName, number[]>();
  for (let status = 300; status < 600; status++) {
    const { row } = classify({ type: 'status', status, headers: new Headers(), body: '' }, 0);
    statuses.set(row, [...(statuses.get(row) ?? []), status]);
  }
  const rows = faultNames.map((name) => {
    const { kind, message, actions, policy } = faultTable[name];
    const found = statuses.get(name) ?? [];
    const list = found.length > 20 ? `${found[0]} … ${found.at(-1)}` : found.join(' ');
    return [`\`${name}\``, `\`${kind}\``, message, list, reactionTo(policy), actions.join(' ')];
  });
  const table = [['fault', 'kind', 'message', 'status', 'reaction', 'actions'], Array<string>(6).fill('---'), ...rows];
  return `${intro}\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function reactionTo(policy: Policy): string {
  switch (policy.retry) {
    case 'transient': {
      const { limit, charge, freeReplay } = policy;
      const often = limit === undefined ? '' : `, at most ${limit} ×`;
      return `retries after a backoff${often}${charge ? ', at double charge' : ''}${freeReplay ? '; the first retry is immediate' : ''}`;
    }
    case 'overload':
      return `retries after a longer backoff${policy.fallback ? ', or with a fallback model' : ''}`;
    case 'hint':
      return 'waits as long as the gateway says';
    case 'offline':
      return 'waits for the network';
    case 'resume':
      return 'retries, or resumes the partial answer';
    case 'repair':
      return 'sends the request without the parameter';
    case 'never':
      return 'ends the turn';
    case 'breaker':
      return 'waits until one attempt may probe the model';
  }
}
