import assert from 'node:assert/strict';
import { ImageStore } from '../../../src/host/journal/imageStore';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { pngFile } from '../../support/images';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

describe('images in a panel', () => {
  let folder: string;
  let statuses: string[];
  let view: FakePanel;
  let dispose: () => void;
  useVSCode({
    l10n: englishL10n,
    env: { language: 'en' },
    languages: { onDidChangeDiagnostics: noSubscription },
    Uri: { from: ({ scheme, path }: { readonly scheme: string; readonly path: string }) => `${scheme}:${path}` },
    workspace: { decode: (data: Uint8Array) => Promise.resolve(new TextDecoder().decode(data)) },
    window: { setStatusBarMessage: (text: string) => void statuses.push(text) },
  });

  beforeEach(async () => {
    folder = temporaryFolder();
    statuses = [];
    view = new FakePanel();
    const { ContextSource } = await import('../../../src/host/context/contextSource');
    const images = new ImageStore(folder);
    const services = {
      ...idleServices,
      images,
      contextSource: new ContextSource({} as never, images, assert.ifError),
      catalog: { ...idleServices.catalog, factsOf: () => ({ images: false }) },
      conversations: openConversations,
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { panel, draft } = await openPanel(view, openConversation().conversation, services);
    dispose = () => panel.dispose();
    attached = () => draft.context.items().map(({ id: _id, ...item }) => item);
    await view.send({ type: 'ready' });
  });
  afterEach(() => {
    dispose();
    removeTemporaryFolder(folder);
  });

  let attached: () => readonly object[];
  const nextChange = async (): Promise<void> => {
    const count = view.posted.length;
    while (view.posted.length === count) await new Promise(setImmediate);
  };

  const notices = (): readonly string[] => {
    const last = view.posted.findLast((message) => message.type === 'notices');
    return last?.notices.map(({ text }) => text) ?? [];
  };

  it('become context items after the page has scaled them', async () => {
    const change = nextChange();
    await view.send({ type: 'attachImage', name: 'chart.png', data: pngFile });
    await change;
    const [image] = attached();
    assert.deepEqual(
      { ...image, hash: '' },
      {
        kind: 'image',
        name: 'chart.png',
        mimeType: 'image/png',
        hash: '',
        width: 1,
        height: 1,
        bytes: pngFile.length,
      },
    );
  });

  it('are refused if the data is not an image, whatever the page says', async () => {
    const change = nextChange();
    await view.send({ type: 'attachImage', name: 'chart.png', data: Buffer.from('<svg/>') });
    await change;
    assert.deepEqual([attached(), statuses], [[], ['chart.png is not a PNG, JPEG, WebP or GIF image.']]);
  });

  for (const [problem, message] of [
    ['notImage', 'x is not a PNG, JPEG, WebP or GIF image.'],
    ['tooLarge', 'x is too large to be sent. Attach a smaller image.'],
    ['broken', "x can't be decoded, because the image file is damaged. Attach another image."],
    ['unreadable', "x can't be read. It might have been moved or deleted."],
  ] as const) {
    it(`shows a message for the problem ${problem} of an image file`, async () => {
      await view.send({ type: 'refuseImages', images: [{ name: 'x', problem }] });
      assert.deepEqual(notices(), [message]);
    });
  }

  it('shows one message for all image files that are refused together', async () => {
    await view.send({
      type: 'refuseImages',
      images: ['a', 'b'].map((name) => ({ name, problem: 'notImage' })),
    });
    assert.deepEqual(notices(), ['a is not a PNG, JPEG, WebP or GIF image. b is not a PNG, JPEG, WebP or GIF image.']);
  });

  it('attaches a text file whose path is unknown', async () => {
    const change = nextChange();
    await view.send({ type: 'attachFile', name: 'notes.md', data: Buffer.from('# Sheep') });
    await change;
    assert.deepEqual(attached(), [
      { kind: 'file', label: 'notes.md', characters: 7, lines: 1, truncated: false, realPath: undefined },
    ]);
  });

  it('refuses a binary file that is not an image', async () => {
    const change = nextChange();
    await view.send({ type: 'attachFile', name: 'a.zip', data: Uint8Array.of(80, 75, 0) });
    await change;
    assert.deepEqual([attached(), statuses], [[], ["a.zip is not a text file and can't be attached."]]);
  });

  it('tells the page whether the model can see images', () => {
    const [snapshot] = view.posted.filter((message) => message.type === 'snapshot');
    assert.equal(snapshot?.connection.images, false);
  });
});
