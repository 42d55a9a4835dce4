import { startGateway } from '../../src/demo/gateway';
import { answer } from '../../src/demo/replies';
import { ask, ConversationPanel, setKey } from './support/conversation';
import { Workbench } from './support/workbench';

describe('zz', () => {
  it('moves', async () => {
    const gateway = await startGateway({ script: () => answer('whole') });
    const workbench = await Workbench.open({ settings: { 'holysheep.baseUrl': gateway.baseUrl } });
    const panel = new ConversationPanel(workbench);
    try {
      await setKey(workbench);
      await workbench.openFile('sample.ts');
      await ask(workbench, 'one');
      await panel.inState('done').waitFor();
      await panel.prompt.click();
      await workbench.openFile('sample.ts');
      const page = workbench.page;
      const tabs = async (): Promise<unknown> =>
        page.evaluate(() =>
          [...document.querySelectorAll('.editor-group-container')].map((group) => ({
            active: group.classList.contains('active'),
            tabs: [...group.querySelectorAll('.tab')].map(
              (tab) => `${tab.getAttribute('data-resource-name')} ${tab.querySelector('.monaco-icon-label')?.className} ${tab.classList.contains('active')}`,
            ),
          })),
        );
      console.log('ZZ before', JSON.stringify(await tabs(), null, 1));
      await ask(workbench, 'two');
      await panel.frame.getByText('two').first().waitFor();
      await panel.inState('done').last().waitFor();
      console.log('ZZ after', JSON.stringify(await tabs(), null, 1));
      console.log('ZZ focus', await page.evaluate(() => document.activeElement?.tagName + ' ' + document.activeElement?.className));
      await panel.prompt.fill('draft kept');
      gateway.script = () => [{ delta: 'half ' }, { end: 'stall' as const }];
      await ask(workbench, 'three');
      await panel.answer.getByText('half').waitFor();
      await panel.prompt.fill('draft kept');
      await workbench.reload();
      await panel.inState('interrupted').waitFor();
      console.log('ZZ draft', await panel.prompt.inputValue(), JSON.stringify(await tabs(), null, 1));
    } finally {
      await workbench.close();
      await gateway.close();
    }
  });
});
