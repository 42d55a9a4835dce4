import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageStore } from '../../../src/host/journal/imageStore';
import { draftImages, imagePath, type PromptImage } from '../../../src/shared/images';
import { pngFile, promptImageOf } from '../../support/images';
import { temporaryFolder, removeTemporaryFolder } from '../../support/temporaryFolder';

const day = 24 * 60 * 60 * 1000;

describe('image store', () => {
  let folder: string;
  let store: ImageStore;
  let image: PromptImage;
  beforeEach(async () => {
    folder = temporaryFolder();
    store = new ImageStore(folder);
    image = await store.save(pngFile, { name: 'dot.png', mimeType: 'image/png', width: 1, height: 1 });
  });
  afterEach(() => removeTemporaryFolder(folder));

  const pathOf = (owner: string): string => join(folder, imagePath(owner, image));

  it('describes a saved image by the hash and the size of its file', () => {
    assert.deepEqual(image, promptImageOf('dot.png'));
  });

  it('keeps other users of the machine away from the image files', function () {
    if (process.platform === 'win32') this.skip();
    const modes = [join(folder, `${draftImages}.images`), pathOf(draftImages)].map(
      (path) => statSync(path).mode & 0o777,
    );
    assert.deepEqual(modes, [0o700, 0o600]);
  });

  it('copies the image of a draft into the folder of the conversation', () => {
    store.adopt('a', [image]);
    assert.deepEqual(store.read('a', image), pngFile);
  });

  it('copies an image from another conversation after the draft was deleted', () => {
    store.adopt('a', [image]);
    rmSync(pathOf(draftImages));
    store.adopt('b', [image]);
    assert.deepEqual(store.read('b', image), pngFile);
  });

  it('deletes the draft of an image together with the conversation', async () => {
    const other = await store.save(Buffer.from('other'), { ...image, name: 'other.png' });
    store.adopt('a', [image]);
    await store.delete('a');
    assert.deepEqual([store.has(draftImages, image), store.has(draftImages, other)], [false, true]);
  });

  it('keeps the copy of a branch when the original conversation is deleted', async () => {
    store.adopt('a', [image]);
    store.adopt('b', [image]);
    await store.delete('a');
    assert.deepEqual([store.read('a', image), store.read('b', image)], [undefined, pngFile]);
  });

  it('returns no content for a file that is missing or has another size', () => {
    store.adopt('a', [promptImageOf('gone.png', { hash: 'f'.repeat(64) })]);
    assert.equal(existsSync(join(folder, 'a.images')), false);
    store.adopt('a', [image]);
    rmSync(pathOf('a'));
    writeFileSync(pathOf('a'), 'cut');
    assert.equal(store.read('a', image), undefined);
  });

  it("skips an image that can't be copied", () => {
    writeFileSync(join(folder, 'a.images'), 'a file in place of the folder');
    store.adopt('a', [image]);
    assert.equal(store.read('a', image), undefined);
  });

  it("returns no content for a file that can't be opened", function () {
    if (process.platform === 'win32') this.skip();
    store.adopt('a', [image]);
    rmSync(pathOf('a'));
    symlinkSync(pathOf('a'), pathOf('a'));
    assert.equal(store.read('a', image), undefined);
  });

  it('deletes the image of a draft a week after the image was attached', async () => {
    // A whole number of seconds, which every file system can store exactly.
    const attachedAt = Math.floor(Date.now() / 1000) * 1000 - 8 * day;
    await store.deleteStale(attachedAt + 7 * day, () => true);
    assert.equal(store.has(draftImages, image), true);
    utimesSync(pathOf(draftImages), attachedAt / 1000, attachedAt / 1000);
    await store.deleteStale(attachedAt + 7 * day, () => true);
    assert.equal(store.has(draftImages, image), true);
    await store.deleteStale(attachedAt + 7 * day + 1000, () => true);
    assert.equal(store.has(draftImages, image), false);
  });

  it('deletes the images of conversations that do not exist any more', async () => {
    for (const id of ['kept', 'deleted']) store.adopt(id, [image]);
    await store.deleteStale(Date.now() + day, (id) => id === 'kept');
    assert.deepEqual(readdirSync(folder).toSorted(), [`${draftImages}.images`, 'kept.images']);
  });
});
