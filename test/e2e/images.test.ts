import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { failure } from '../../src/demo/replies';
import { readImageHeader } from '../../src/shared/imageHeader';
import { textsOf } from '../support/gateway/sentTexts';
import type { Gateway } from '../support/testGateway';
import { pngFile } from '../support/images';
import { answer, replySequence } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('panel with an image', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ script: () => answer('A dot.') }, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    writeFileSync(workbench.workspaceFile('dot.png'), pngFile);
    await panel.newConversation();
  });

  const note = '[The image "dot.png" is not included.]';
  const image = (parent: Locator): Locator => parent.getByRole('img', { name: 'dot.png', exact: true });
  const you = (): Locator => panel.frame.getByRole('article', { name: 'You' });
  /** Waits until the browser has decoded the image. Rejects if the image is broken. */
  const waitUntilDecoded = async (parent: Locator): Promise<void> => {
    await image(parent).evaluate((element) => (element as unknown as { decode(): Promise<void> }).decode());
  };

  const typePromptWithImage = async (): Promise<void> => {
    await panel.prompt.pressSequentially('What is this? #dot');
    await panel.frame.getByRole('option').filter({ hasText: 'dot.png' }).click();
    const chips = panel.frame.getByRole('list', { name: 'Prompt context' });
    await chips.getByRole('button', { name: 'Remove', exact: true }).waitFor();
    await waitUntilDecoded(chips);
  };

  it('attaches an image of the workspace that the user finds by typing #', typePromptWithImage);

  it('sends the image before the text of the prompt', async () => {
    await panel.prompt.press('Enter');
    await panel.answer.getByText('A dot.').waitFor();
    const parts = gateway.requests[0]?.json?.messages.at(-1)?.content;
    assert.ok(Array.isArray(parts) && parts.length === 2, JSON.stringify(parts));
    const [imagePart, textPart] = parts as readonly { readonly image_url?: { readonly url: string } }[];
    assert.deepEqual(textPart, { type: 'text', text: 'What is this?' });
    const [start, data = ''] = imagePart?.image_url?.url.split(',') ?? [];
    assert.equal(start, 'data:image/png;base64');
    assert.deepEqual(readImageHeader(Buffer.from(data, 'base64')), { mimeType: 'image/png', width: 1, height: 1 });
  });

  it('shows the image with its prompt after a reload of the window', async () => {
    await workbench.reload();
    await waitUntilDecoded(you());
  });

  it('shows a note instead of the image after the image file was deleted', async () => {
    const conversations = workbench.conversationsFolder();
    const folders = readdirSync(conversations).filter((name) => name.endsWith('.images'));
    assert.ok(folders.length > 0);
    for (const name of folders) rmSync(path.join(conversations, name), { recursive: true });
    await workbench.reload();
    await you().getByText('Image file missing').waitFor();
    assert.equal(await image(you()).count(), 0);
  });

  it('tells the model with the next prompt that the deleted image is missing', async () => {
    await panel.askUntil('done', 'And now?', () => answer('Nothing.'));
    const [text] = textsOf(gateway.requests[0]?.json).slice(-3);
    assert.equal(text, `${note}\n\nWhat is this?`);
  });

  it('sends the prompt without its image when the user presses Send without images', async () => {
    await panel.newConversation();
    gateway.reset();
    const refusal = failure(400, { message: 'This model does not support image input.' });
    gateway.script = replySequence(refusal, answer('I see nothing.'));
    await typePromptWithImage();
    await panel.prompt.press('Enter');
    await panel.button('Send without images').click();
    await panel.answer.getByText('I see nothing.').waitFor();
    assert.equal(gateway.requests.length, 2);
    assert.deepEqual(textsOf(gateway.requests[1]?.json), [`${note}\n\nWhat is this?`]);
  });
});
