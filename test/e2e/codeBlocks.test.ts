import type { Gateway } from '../../src/demo/gateway';
import { answer } from '../../src/demo/replies';
import { type ConversationPanel, openWithKey } from './support/conversation';
import type { Workbench } from './support/workbench';

describe('code blocks', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  before(async () => {
    ({ gateway, workbench, panel } = await openWithKey());
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  it('are highlighted even after a block that makes the highlighter hang', async () => {
    const hostile = '[]('.repeat(6000);
    gateway.script = () => answer(`\`\`\`md\n${hostile}\n\`\`\`\n\n\`\`\`ts\nconst answer = 42;\n\`\`\`\n`);
    await panel.newConversation();
    await panel.send('Show me code');
    await panel.answer.locator('.code-keyword', { hasText: 'const' }).waitFor();
    await panel.answer.getByText(hostile).waitFor();
  });
});
