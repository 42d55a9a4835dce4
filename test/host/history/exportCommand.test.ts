import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { ImageStore } from '../../../src/host/journal/imageStore';
import type { PromptInput } from '../../../src/host/journal/records';
import type { PanelFeatures } from '../../../src/host/panel/panelRegistry';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { noImages } from '../../support/host/noImages';
import { attempt, done } from '../../support/host/scriptedEngine';
import { pngFile } from '../../support/images';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

describe('command that exports a conversation', () => {
  let title: string | undefined;
  let chosenFormat: string | undefined;
  let written: string | undefined;
  useVSCode({
    l10n: englishL10n,
    env: { language: 'en' },
    Uri: { file: (path: string) => path, joinPath: () => '' },
    window: {
      showQuickPick: (items: readonly { readonly name: string }[], options: { readonly title: string }) => {
        ({ title } = options);
        return Promise.resolve(items.find(({ name }) => name === chosenFormat));
      },
      showSaveDialog: () => Promise.resolve('file'),
      showInformationMessage: () => Promise.resolve(),
    },
    workspace: {
      asRelativePath: (file: string) => file,
      fs: {
        writeFile: (_file: unknown, data: Uint8Array) => {
          written = new TextDecoder().decode(data);
          return Promise.resolve();
        },
      },
    },
  });
  beforeEach(() => {
    chosenFormat = undefined;
  });

  const conversationWith = (input: string | PromptInput, images = noImages): Conversation => {
    const { ask, conversation } = openConversation({ images });
    ask(input, attempt(), done('Hi'));
    return conversation;
  };

  const run = async (context?: object, current = conversationWith('current'), images = noImages): Promise<void> => {
    const { registerHistory } = await import('../../../src/host/history/historyCommands');
    const conversations = {
      current,
      open: (id: unknown) => {
        if (id === 'other') conversations.current = conversationWith('other');
        return Promise.resolve();
      },
      read: () => Promise.resolve(conversations.current.tree),
    };
    const deps = { conversations, images, log: { info: () => undefined } };
    await registerHistory(deps as unknown as PanelFeatures)['holysheep.exportConversation'](context);
  };

  it('exports the current conversation if it has no argument', async () => {
    await run();
    assert.equal(title, 'Export “current”');
  });

  it('exports the conversation of the page whose context menu the user opened', async () => {
    await run({ conversationId: 'other', answerId: 'a' });
    assert.equal(title, 'Export “other”');
  });

  for (const format of ['Markdown', 'JSON']) {
    it(`writes the images of the conversation into the ${format} file`, async () => {
      const folder = temporaryFolder();
      const images = new ImageStore(folder);
      const image = await images.save(pngFile, { name: 'dot.png', mimeType: 'image/png', width: 1, height: 1 });
      const conversation = conversationWith({ prompt: 'Why?', images: [image] }, images);
      chosenFormat = format;
      await run(undefined, conversation, images);
      assert.ok(written?.includes(pngFile.toString('base64')), written);
      removeTemporaryFolder(folder);
    });
  }
});
