import assert from 'node:assert/strict';
import type { ContextDraft } from '../../../src/host/context/contextDraft';
import { contextId } from '../../../src/host/context/contextId';
import { contextLimits } from '../../../src/host/context/contextPrompt';
import type { ContextSource, DraftAttachment } from '../../../src/host/context/contextSource';
import type { Log } from '../../../src/host/util/log';
import { UserError } from '../../../src/host/util/userError';
import type { PromptImage } from '../../../src/shared/images';
import type { Attachment, DraftText } from '../../../src/shared/protocol';
import { fake } from '../../support/fake';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { promptImageOf } from '../../support/images';
import { rowsOf, valuesOf } from '../../support/valuesOf';

const file = (label: string, code = label, changes: Partial<Attachment> = {}): Attachment => ({
  kind: 'file',
  label,
  languageId: 'plaintext',
  code,
  ...changes,
});
const item = (id: string, attachment = file(id)) => ({ id, attachment }) satisfies DraftAttachment;

describe('attachments in the composer', () => {
  useVSCode({ l10n: englishL10n });
  let readable: Map<string, readonly DraftAttachment[]>;
  let pickedItems: readonly DraftAttachment[];
  let skippedIds: string[];
  let draft: ContextDraft;
  let changes: number;
  /** Promises that reads wait for, by context id. */
  let readGates: Map<string, Promise<void>>;

  beforeEach(async () => {
    const { ContextDraft: Draft } = await import('../../../src/host/context/contextDraft');
    readable = new Map(['a', 'b', 'c'].map((id) => [id, [item(id)]]));
    pickedItems = [];
    skippedIds = [];
    changes = 0;
    readGates = new Map();
    const source = fake<ContextSource>({
      resolve: async (id) => {
        await readGates.get(id);
        return readable.get(id) ?? assert.fail(new UserError(`no ${id}`));
      },
      browse: () => Promise.resolve(pickedItems),
    });
    const log = fake<Log>({
      warn: (text) => void skippedIds.push(/^Context (\S+) was skipped/.exec(text)?.[1] ?? text),
    });
    draft = new Draft(source, log, (error) => assert.fail(String(error)));
    draft.onDidChange(() => changes++);
  });

  const ids = (): string[] => draft.items().map(({ id }) => id);
  const texts = (): DraftText[] => draft.items().filter((shown) => shown.kind !== 'image');

  it('keep their order when an image replaces another image', async () => {
    const attachImage = (name: string, replacedId?: string) =>
      draft.attachImage(() => Promise.resolve(promptImageOf(name)), replacedId);
    const names = (): string[] => draft.items().map((shown) => (shown.kind === 'image' ? shown.name : shown.label));
    await attachImage('small.png');
    await draft.attach('a');
    await attachImage('large.png', ids()[0]);
    assert.deepEqual(names(), ['large.png', 'a']);
  });

  it('are sent with a prompt even if an image is still being saved', async () => {
    let saved: (image: PromptImage) => void = () => assert.fail();
    const attached = draft.attachImage(() => new Promise((resolve) => (saved = resolve)));
    const refreshed = draft.refresh().then(() => draft.takeAll().images);
    await new Promise(setImmediate);
    saved(promptImageOf('a.png'));
    await attached;
    assert.deepEqual(valuesOf(await refreshed, 'name'), ['a.png']);
  });

  it('show the real path of a symbolic link', async () => {
    readable.set('a', [{ ...item('a'), realPath: '~/notes' }]);
    await draft.attach('a');
    await draft.attach('b');
    assert.deepEqual(valuesOf(texts(), 'realPath'), ['~/notes', undefined]);
  });

  it('keep the text of a file that is later replaced by a symbolic link', async () => {
    readable.set('a', [{ ...item('a'), realPath: '~/notes' }]);
    await draft.attach('a');
    await draft.attach('b');
    readable.set('a', [{ ...item('a', file('a', 'secret')), realPath: '~/.ssh/id_rsa' }]);
    readable.set('b', [{ ...item('b', file('b', 'secret')), realPath: '~/.ssh/id_rsa' }]);
    await draft.refresh();
    assert.deepEqual(valuesOf(draft.takeAll().attachments, 'code'), ['a', 'b']);
  });

  it('are listed with their sizes, oldest first', async () => {
    readable.set('b', [item('b', file('src/b.ts', '12345', { truncated: true }))]);
    readable.set('c', [item('c', { kind: 'selection', label: 'c.ts:1', languageId: '', code: '' })]);
    for (const id of ['b', 'a', 'c']) await draft.attach(id);
    assert.deepEqual(draft.items(), [
      { id: 'b', kind: 'file', label: 'src/b.ts', characters: 5, lines: 1, truncated: true, realPath: undefined },
      { id: 'a', kind: 'file', label: 'a', characters: 1, lines: 1, truncated: false, realPath: undefined },
      { id: 'c', kind: 'selection', label: 'c.ts:1', characters: 0, lines: 1, truncated: false, realPath: undefined },
    ]);
    assert.deepEqual(ids(), ['b', 'a', 'c']);
    assert.equal(changes, 3);
  });

  it('are updated in place when the user attaches the same file a second time', async () => {
    await draft.attach('a');
    await draft.attach('b');
    readable.set('a', [item('a', file('a', 'newer'))]);
    await draft.attach('a');
    assert.deepEqual(rowsOf(texts(), 'id', 'characters'), [
      ['a', 5],
      ['b', 1],
    ]);
  });

  it('keep the order in which the user added them, even if a later file is read faster', async () => {
    let finishRead = (): void => undefined;
    readGates.set('a', new Promise((resolve) => (finishRead = resolve)));
    const attachedItems = [draft.attach('a'), draft.attach('b')];
    finishRead();
    await Promise.all(attachedItems);
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it("stay unchanged when a further item can't be read", async () => {
    await draft.attach('a');
    await assert.rejects(draft.attach('gone'), UserError);
    await draft.attach('b');
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it('are sent only with the next prompt', async () => {
    await draft.attach('a');
    await draft.attach('b');
    assert.deepEqual(draft.takeAll().attachments, [file('a'), file('b')]);
    assert.deepEqual([draft.items(), draft.takeAll().attachments], [[], []]);
    assert.equal(changes, 3);
  });

  it('are read completely before the prompt is sent', async () => {
    let finishRead = (): void => undefined;
    readGates.set('a', new Promise((resolve) => (finishRead = resolve)));
    const attached = draft.attach('a');
    const failed = assert.rejects(draft.attach('gone'), UserError);
    const settled = draft.waitForReads().then(() => draft.takeAll().attachments);
    finishRead();
    assert.deepEqual(await settled, [file('a')]);
    await Promise.all([attached, failed]);
  });

  it('contain the latest text of a file when the prompt is sent', async () => {
    readable.set('b', [item('b', { kind: 'selection', label: 'b.ts:1', languageId: '', code: 'selected' })]);
    for (const id of ['a', 'b', 'c']) await draft.attach(id);
    readable.set('a', [item('a', file('a', 'newer'))]);
    readable.set('b', [item('b', { kind: 'selection', label: 'b.ts:1', languageId: '', code: 'other' })]);
    readable.delete('c');
    await draft.refresh();
    assert.deepEqual(valuesOf(draft.takeAll().attachments, 'code'), ['newer', 'selected', 'c']);
    assert.deepEqual(skippedIds, ['c']);
  });

  it('do not include an item that the user removes while its file is read', async () => {
    await draft.attach('a');
    let finishRead = (): void => undefined;
    readGates.set('a', new Promise((resolve) => (finishRead = resolve)));
    const refreshed = draft.refresh();
    draft.detach('a');
    finishRead();
    await refreshed;
    assert.deepEqual(draft.items(), []);
  });

  it('cause no second change event when the same item is removed twice', async () => {
    await draft.attach('a');
    await draft.attach('b');
    draft.detach('a');
    draft.detach('a');
    assert.deepEqual(ids(), ['b']);
    assert.equal(changes, 3);
  });

  it('include the files that the user chooses in a dialog, without duplicates', async () => {
    await draft.attach('a');
    await draft.browse();
    assert.equal(changes, 1);
    pickedItems = [item('x'), item('a'), item('y')];
    await draft.browse();
    assert.deepEqual(ids(), ['a', 'x', 'y']);
    assert.equal(changes, 2);
  });

  it('are restored after a reload, except for items that can no longer be read', async () => {
    readable.set('c', [item('c', file('c', 'newer'))]);
    await draft.attach('c');
    readable.delete('c');
    await draft.restore(['b', 'gone', 'c', 'a']);
    assert.deepEqual(ids(), ['b', 'c', 'a']);
    assert.deepEqual(skippedIds, ['gone']);
  });

  it('are replaced when another list of items is restored', async () => {
    await draft.restore(['a', 'b']);
    await draft.restore(['b', 'c']);
    assert.deepEqual(ids(), ['b', 'c']);
    changes = 0;
    await draft.restore([]);
    assert.deepEqual([ids(), draft.unread(), changes], [[], [], 1]);
  });

  it('are sent completely even if the user sends the prompt while they are being restored', async () => {
    let finishRead = (): void => undefined;
    readGates.set('a', new Promise((resolve) => (finishRead = resolve)));
    const restored = draft.restore(['a', 'gone', 'b', 'c']);
    const sent = draft.waitForReads().then(() => draft.takeAll().attachments);
    finishRead();
    assert.deepEqual(await sent, [file('a'), file('b'), file('c')]);
    await restored;
    assert.deepEqual(draft.items(), []);
  });

  it('are not lost when the window is reloaded twice in quick succession', async () => {
    let finishRead = (): void => undefined;
    readGates.set('b', new Promise((resolve) => (finishRead = resolve)));
    const restored = draft.restore(['a', 'b', 'gone']);
    assert.deepEqual(draft.unread(), ['a', 'b', 'gone']);
    const reportedIds: (readonly string[])[] = [];
    draft.onDidChange(() => reportedIds.push([...ids(), ...draft.unread()]));
    finishRead();
    await restored;
    assert.deepEqual(reportedIds, [
      ['a', 'b', 'gone'],
      ['a', 'b', 'gone'],
      ['a', 'b'],
    ]);
  });

  it("include a file's problems after a reload, as soon as the editor reports problems", async () => {
    const [x, y, z] = ['x', 'y', 'z'].map((uri) => contextId({ kind: 'problems', uri })) as [string, string, string];
    await draft.restore([x, y, z]);
    assert.deepEqual([ids(), draft.unread()], [[], [x, y, z]]);
    readable.set(x, [item(x, file('x', 'x', { kind: 'problems' }))]);
    await draft.readPending();
    assert.deepEqual([ids(), draft.unread()], [[x], [y, z]]);
    readable.set(y, [item(y, file('y', 'y', { kind: 'problems' }))]);
    await draft.refresh();
    assert.deepEqual(ids(), [x, y]);
    draft.takeAll();
    assert.deepEqual([ids(), draft.unread()], [[], []]);
  });

  it('are truncated at the limit of their total size', async () => {
    const almostFull = 'x'.repeat(contextLimits.draft - 2);
    readable.set('big', [item('big', file('big', almostFull))]);
    readable.set('b', [item('b', file('b', 'four'))]);
    await draft.attach('big');
    await draft.attach('b');
    assert.deepEqual(draft.items().at(-1), {
      id: 'b',
      kind: 'file',
      label: 'b',
      characters: 2,
      lines: 1,
      truncated: true,
      realPath: undefined,
    });
    await assert.rejects(draft.attach('a'), { name: 'UserError' });
    assert.deepEqual(ids(), ['big', 'b']);
    // Attaching an item again replaces the item, so it still fits.
    await draft.attach('big');
    assert.deepEqual(texts()[0]?.truncated, false);
  });
});
