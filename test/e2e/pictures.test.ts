import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { startGateway, type Gateway } from '../../src/demo/gateway';
import { answer, cutAfter, failure, inTurn, rateLimited } from '../../src/demo/replies';
import { out, root } from '../support/paths';
import { ask, ConversationPanel, setKey } from './support/conversation';
import { Workbench } from './support/workbench';

const pictures = path.join(out, 'pictures');

const markdown = `## Retrying, in short

Wait **as long as the server asks**, and no less. Without a hint, back off with jitter:

\`\`\`ts
const delay = Math.random() * Math.min(cap, base * 2 ** attempt);
await sleep(delay, { signal });
\`\`\`

| Status | Try again? | When |
|---|:---:|---|
| 429 | yes | after \`Retry-After\` |
| 402 | no | when there is money |
| 503 | yes | after a backoff |

1. Obey the hint.
2. Keep what has arrived.
   - never doubled
   - never lost
3. Say what happens. See [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).

> A retry that can't succeed is a request somebody else could have used.
`;

/** To be looked at: the states a person sees, in the themes they use. */
describe('pictures of the panel', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  const picture = async (name: string): Promise<void> => {
    mkdirSync(pictures, { recursive: true });
    await workbench.screenshot(path.join(pictures, `${name}.png`));
  };

  before(async () => {
    gateway = await startGateway({ script: () => answer(markdown) });
    workbench = await Workbench.open({ settings: { 'holysheep.baseUrl': gateway.baseUrl } });
    panel = new ConversationPanel(workbench);
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  it('without a key', async () => {
    await workbench.openFile('sample.ts');
    await ask(workbench, 'How should a client retry?');
    await panel.button('Open the offline demo').waitFor();
    await picture('no-key');
  });

  it('of an answer', async () => {
    await setKey(workbench);
    await panel.inState('done').waitFor();
    await picture('answer');
  });

  it('of the countdown', async () => {
    gateway.reset();
    gateway.script = inTurn(
      () => rateLimited(37),
      () => cutAfter('Thanks to the wait, this answer', 'reset'),
      () => answer('Thanks to the wait, this answer arrived whole, although its first stream was cut.'),
    );
    await panel.send('And when the gateway says no?');
    await panel.timer.waitFor();
    await picture('waiting-light');
    copyFileSync(path.join(pictures, 'waiting-light.png'), path.join(root, 'docs/countdown.png'));
    await workbench.setTheme('Default Dark Modern');
    await picture('waiting-dark');
    await workbench.setTheme('Default High Contrast');
    await picture('waiting-high-contrast');
  });

  it('of a bumpy success', async () => {
    await panel.button('Retry now').click();
    const summary = panel.assistant.getByText(/Answered after 3 attempts/);
    await summary.waitFor();
    await summary.click();
    await picture('bumpy-high-contrast');
    await workbench.setTheme('Default Dark Modern');
    await picture('bumpy-dark');
  });

  it('of a failure', async () => {
    gateway.script = () => failure(402, { message: 'Insufficient Balance' });
    await panel.send('And without money?');
    await panel.inState('failed').waitFor();
    await picture('failed-dark');
    await workbench.setTheme('Default Light Modern');
    await picture('failed-light');
  });

  it('at 380 px', async () => {
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await workbench.page.locator('.tab[data-resource-name="sample.ts"]').click();
    await workbench.runCommand('View: Close Editor');
    await workbench.page.setViewportSize({ width: 430, height: 860 });
    gateway.script = () => rateLimited(20);
    await panel.send('And in a narrow window?');
    await panel.timer.waitFor();
    await picture('waiting-narrow');
    await panel.button('Stop').click();
    await panel.inState('stopped').waitFor();
    await picture('stopped-narrow');
    await panel.frame.getByRole('table').scrollIntoViewIfNeeded();
    await picture('answer-narrow');
  });
});
