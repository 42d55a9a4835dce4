import type { Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';

describe('code blocks of an answer', () => {
  let gateway: Gateway;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ gateway, panel } = opened));

  it('have syntax colors even after a block that makes the syntax highlighter hang', async () => {
    const hostile = '[]('.repeat(6000);
    gateway.script = () => answer(`\`\`\`md\n${hostile}\n\`\`\`\n\n\`\`\`ts\nconst answer = 42;\n\`\`\`\n`);
    await panel.newConversation();
    await panel.send('Show me code');
    await panel.answer.locator('.code-keyword', { hasText: 'const' }).waitFor();
    await panel.answer.getByText(hostile).waitFor();
  });
});
