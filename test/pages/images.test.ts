import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { readImageHeader } from '../../src/shared/imageHeader';
import { fullDetailSide, maxSentSide } from '../../src/shared/imageLimits';
import type { PromptImage } from '../../src/shared/images';
import type { ToHost, ToHostOf } from '../../src/shared/pageMessages';
import { panelStrings } from '../../src/shared/panelStrings';
import { findBrowser } from '../support/browser';
import { pngFile, promptImageOf } from '../support/images';
import { valuesOf } from '../support/valuesOf';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

interface ImageFormat {
  readonly type: string;
  readonly width: number;
  readonly height: number;
}

describe('images on the page', () => {
  let browser: Browser;
  let panel: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    panel = await StaticPage.openPanel(browser);
  });
  after(() => browser.close());
  beforeEach(async () => {
    await panel.load();
    await panel.post(panelStates.find(({ name }) => name === 'empty')!.snapshot);
    await panel.page.getByRole('textbox').waitFor();
  });

  /** Draws an image, whose left half is red and whose right half is transparent. */
  const draw = async ({ type, width, height }: ImageFormat): Promise<Uint8Array> =>
    Uint8Array.from(
      await panel.page.evaluate(
        async (format) => {
          const canvas = new OffscreenCanvas(format.width, format.height);
          const graphics = canvas.getContext('2d')!;
          graphics.fillStyle = 'red';
          graphics.fillRect(0, 0, format.width / 2, format.height);
          return [...new Uint8Array(await (await canvas.convertToBlob({ type: format.type })).arrayBuffer())];
        },
        { type, width, height },
      ),
    );
  const drop = (name: string, bytes: Uint8Array): Promise<void> =>
    panel.page.evaluate(
      ([fileName, data]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([Uint8Array.from(data)], fileName));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      },
      [name, [...bytes]] as const,
    );
  /** Waits until the page has sent a number of messages to the host. */
  const posts = async (count: number, ...types: readonly ToHost['type'][]): Promise<readonly ToHost[]> => {
    for (;;) {
      const messages = await panel.postedMessages(...types);
      if (messages.length >= count) return messages;
      await panel.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  };
  /** Waits until the page has handled a number of image files. Returns the images that it has sent. */
  const attachments = async (count: number): Promise<readonly ToHostOf<'attachImage'>[]> => {
    const messages = await posts(count, 'attachImage', 'refuseImages');
    return messages.filter((message): message is ToHostOf<'attachImage'> => message.type === 'attachImage');
  };
  const contentOf = (attachment: ToHostOf<'attachImage'> | undefined): Uint8Array =>
    Uint8Array.from(Object.values(attachment?.data ?? {}));
  const sizeOf = (attachment: ToHostOf<'attachImage'> | undefined) => readImageHeader(contentOf(attachment));

  for (const [type, sent] of [
    ['image/png', 'image/png'],
    ['image/webp', 'image/png'],
    ['image/jpeg', 'image/jpeg'],
  ] as const) {
    it(`scales a large ${type} image down to ${maxSentSide} pixels and sends it as ${sent}`, async () => {
      await drop('large', await draw({ type, width: 3136, height: 1000 }));
      const [image] = await attachments(1);
      assert.deepEqual(sizeOf(image), { mimeType: sent, width: maxSentSide, height: 500 });
    });
  }

  it('does not enlarge a small image', async () => {
    await drop('small.png', await draw({ type: 'image/png', width: 30, height: 20 }));
    assert.deepEqual(sizeOf((await attachments(1))[0]), { mimeType: 'image/png', width: 30, height: 20 });
  });

  it('applies the orientation of a photo to its pixels and removes the metadata', async () => {
    const photo = await draw({ type: 'image/jpeg', width: 40, height: 20 });
    // An Exif segment with the orientation 6: the camera was rotated by 90 degrees.
    const exif = Buffer.from('ffe1002245786966000049492a0008000000010012010300010000000600000000000000', 'hex');
    await drop('photo.jpg', Buffer.concat([photo.subarray(0, 2), exif, photo.subarray(2)]));
    const [image] = await attachments(1);
    assert.deepEqual(sizeOf(image), { mimeType: 'image/jpeg', width: 20, height: 40 });
    assert.equal(Buffer.from(contentOf(image)).includes('Exif'), false);
  });

  for (const [name, bytes, problem] of [
    ['an SVG file', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'notImage'],
    ['a text file that is named like an image', Buffer.from('sheep'), 'notImage'],
    ['a truncated PNG file', pngFile.subarray(0, 40), 'broken'],
    ['a small file with 800 million pixels', withSize(28_000, 28_000), 'tooLarge'],
    ['an image that is 40,000 pixels wide', withSize(40_000, 1), 'tooLarge'],
  ] as const) {
    it(`refuses ${name}, and still attaches the next image`, async () => {
      await drop('a.png', bytes);
      await drop('b.png', await draw({ type: 'image/png', width: 3, height: 2 }));
      const attached = await attachments(2);
      const refused = await panel.postedMessages('refuseImages');
      assert.deepEqual(
        [refused, valuesOf(attached, 'name')],
        [[{ type: 'refuseImages', images: [{ name: 'a.png', problem }] }], ['b.png']],
      );
    });
  }

  it('reports files together that are refused at the same time', async () => {
    await panel.page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      for (const name of ['a.png', 'b.gif']) dataTransfer.items.add(new File(['sheep'], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    const images = ['a.png', 'b.gif'].map((name) => ({ name, problem: 'notImage' }));
    assert.deepEqual(await posts(1, 'refuseImages'), [{ type: 'refuseImages', images }]);
  });

  it('sends other files to be attached as text', async () => {
    await drop('notes.md', Buffer.from('# Sheep'));
    await drop('drawing.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    const messages = await posts(2, 'attachFile', 'refuseImages');
    const attached = messages.filter((message): message is ToHostOf<'attachFile'> => message.type === 'attachFile');
    assert.deepEqual(valuesOf(attached, 'name'), ['notes.md', 'drawing.svg']);
  });

  describe('of a prompt that is sent before they have been scaled', () => {
    /** Drops an image, and sends the prompt or compares models at once. */
    const dropAndSend = async (bytes: Uint8Array, how: 'send' | 'compare'): Promise<void> => {
      await panel.page.getByRole('textbox').fill('What is this?');
      await panel.page.evaluate(
        ([data, action]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(data)], 'a.png'));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
          if (action === 'compare') window.postMessage({ type: 'compareDraft', models: ['a', 'b'] }, '*');
          const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true });
          if (action === 'send') document.querySelector('textarea')!.dispatchEvent(enter);
        },
        [[...bytes], how] as const,
      );
    };

    for (const [how, sent] of [
      ['send', 'send'],
      ['compare', 'comparePrompt'],
    ] as const) {
      it(`are attached before the message "${sent}"`, async () => {
        await dropAndSend(pngFile, how);
        assert.deepEqual(valuesOf(await posts(2, 'attachImage', sent), 'type'), ['attachImage', sent]);
      });
    }

    it('keep the prompt in the composer if one of them is refused', async () => {
      await dropAndSend(Buffer.from('sheep'), 'send');
      await posts(1, 'refuseImages');
      await panel.page.evaluate(() => new Promise(requestAnimationFrame));
      assert.equal(await panel.page.getByRole('textbox').inputValue(), 'What is this?');
      await panel.page.getByRole('textbox').press('Enter');
      await posts(1, 'send');
    });
  });

  for (const [name, text, isAttached] of [
    ['alone', '', true],
    ['with its file name', 'image.png', true],
    ['with its path', 'file:///pictures/image.png', true],
    ['with the text of a spreadsheet', 'a cell', false],
  ] as const) {
    it(`${isAttached ? 'attaches' : 'does not attach'} an image that is pasted ${name}`, async () => {
      const isHandled = await panel.page.evaluate(
        ([pastedText, data]) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([Uint8Array.from(data)], 'image.png'));
          if (pastedText !== '') clipboardData.setData('text/plain', pastedText);
          const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
          return !document.querySelector('textarea')!.dispatchEvent(event);
        },
        [text, [...pngFile]] as const,
      );
      assert.equal(isHandled, isAttached);
      if (isAttached) assert.deepEqual(valuesOf(await attachments(1), 'name'), ['image.png']);
    });
  }

  it('attaches files that the user drags from the Explorer by their URIs', async () => {
    await panel.page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData('text/uri-list', 'file:///a.ts\r\nvscode-remote://b/c.ts\r\nhttps://example.com/d.png');
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    const uris = ['file:///a.ts', 'vscode-remote://b/c.ts'];
    assert.deepEqual(await panel.postedMessages('attachDropped'), [{ type: 'attachDropped', uris }]);
  });

  it('scales an image again when the user wants full detail', async () => {
    await drop('large.png', await draw({ type: 'image/png', width: 3136, height: 1000 }));
    const [scaled] = await attachments(1);
    const image: PromptImage = {
      name: 'large.png',
      hash: '1',
      mimeType: 'image/png',
      width: maxSentSide,
      height: 500,
      bytes: contentOf(scaled).length,
    };
    await panel.post({ type: 'context', items: [{ ...image, id: 'first', kind: 'image' }] });
    const toggle = panel.page.getByRole('button', { name: panelStrings.fullDetail });
    assert.equal(await toggle.getAttribute('aria-pressed'), 'false');
    await toggle.click();
    const [, detailed] = await attachments(2);
    assert.deepEqual([sizeOf(detailed)?.width, detailed?.replacedId], [fullDetailSide, 'first']);
  });

  it('opens and closes an enlarged image with the keyboard', async () => {
    const { snapshot } = panelStates.find(({ name }) => name === 'images')!;
    await panel.post(snapshot);
    const name = panel.page.getByRole('button', { name: 'sheep.png' });
    await name.press('Enter');
    const dialog = panel.page.getByRole('dialog', { name: 'sheep.png' });
    await dialog.waitFor();
    // The focus must stay in the page, because the page would not receive Escape otherwise.
    await panel.page.keyboard.press('Tab');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.ariaLabel), panelStrings.close);
    await panel.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await name.evaluate((button) => button === document.activeElement), true);
  });

  it('does not cover a small enlarged image with the button Close', async () => {
    await panel.page.route('**/images/**', (route) => route.fulfill({ contentType: 'image/png', body: pngFile }));
    await panel.post(panelStates.find(({ name }) => name === 'images')!.snapshot);
    await panel.page.getByRole('button', { name: 'sheep.png' }).click();
    const dialog = panel.page.getByRole('dialog');
    const close = await dialog.getByRole('button').boundingBox();
    const picture = await dialog.getByRole('img').boundingBox();
    await panel.page.unroute('**/images/**');
    assert.ok(close && picture && picture.width === 1 && picture.x < close.x, JSON.stringify([close, picture]));
  });

  it('does not enlarge an image whose file is missing', async () => {
    await panel.post(panelStates.find(({ name }) => name === 'images')!.snapshot);
    await panel.page.getByText(panelStrings.imageMissing).first().waitFor();
    assert.equal(await panel.page.getByRole('button', { name: 'lost.png' }).count(), 0);
  });

  it('shows the whole chip of an image with a long name in a narrow panel', async () => {
    await panel.page.setViewportSize({ width: 380, height: 860 });
    await panel.post(panelStates.find(({ name }) => name === 'images')!.snapshot);
    const chip = panel.page.locator('.context-chip').first();
    const remove = chip.getByRole('button', { name: panelStrings.removeImage });
    const [outer, inner] = [await chip.boundingBox(), await remove.boundingBox()];
    assert.ok(outer && inner && inner.x + inner.width <= outer.x + outer.width, JSON.stringify([outer, inner]));
    const name = await chip.locator('.image-name').boundingBox();
    assert.ok(name && name.width > outer.width / 2, JSON.stringify([outer, name]));
  });

  it('scrolls to a newly attached image', async () => {
    const item = (name: string) => ({ ...promptImageOf(name), id: name, kind: 'image' });
    const items = Array.from({ length: 20 }, (_, index) => item(`${index}.png`));
    await panel.post({ type: 'context', items });
    await panel.post({ type: 'context', items: [...items, item('last.png')] });
    const last = panel.page.getByRole('listitem').filter({ hasText: 'last.png' });
    await last.waitFor();
    assert.equal(
      await last.evaluate((chip) => {
        const [chipBox, listBox] = [chip.getBoundingClientRect(), chip.parentElement!.getBoundingClientRect()];
        return chipBox.bottom <= listBox.bottom + 1;
      }),
      true,
    );
  });
});

/** Returns the start of a PNG file with another size in its header. */
function withSize(width: number, height: number): Uint8Array {
  const file = Buffer.from(pngFile);
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  return file;
}
