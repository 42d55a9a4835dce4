import assert from 'node:assert/strict';
import { ContextDraft, type DraftAttachment } from '../../../src/host/context/contextDraft';
import { contextLimits } from '../../../src/host/context/contextPrompt';
import { UserError } from '../../../src/host/util/userError';
import type { Attachment } from '../../../src/shared/protocol';

const file = (label: string, code = label, more: Partial<Attachment> = {}): Attachment => ({
  kind: 'file',
  label,
  languageId: 'plaintext',
  code,
  ...more,
});
const item = (id: string, attachment = file(id)): DraftAttachment => ({ id, attachment });

describe('The context of the next prompt', () => {
  let readable: Map<string, readonly DraftAttachment[]>;
  let picked: readonly DraftAttachment[];
  let skipped: string[];
  let draft: ContextDraft;
  let changes: number;
  /** What a read waits for. */
  let gates: Map<string, Promise<void>>;

  beforeEach(() => {
    readable = new Map(['a', 'b', 'c'].map((id) => [id, [item(id)]]));
    picked = [];
    skipped = [];
    changes = 0;
    gates = new Map();
    draft = new ContextDraft({
      source: {
        resolve: async (id) => {
          await gates.get(id);
          return readable.get(id) ?? assert.fail(new UserError(`no ${id}`));
        },
        pick: () => Promise.resolve(picked),
      },
      localize: (message) => message,
      onSkipped: (id) => skipped.push(id),
      onError: (error) => assert.fail(String(error)),
    });
    draft.onDidChange(() => changes++);
  });

  const ids = (): string[] => draft.items().map(({ id }) => id);

  it('shows where a link out of the workspace leads, and does not follow it to another file later', async () => {
    readable.set('a', [{ ...item('a'), realPath: '~/notes' }]);
    await draft.attach('a');
    await draft.attach('b');
    assert.deepEqual(
      draft.items().map(({ outside }) => outside),
      ['~/notes', undefined],
    );
    readable.set('a', [{ ...item('a', file('a', 'secret')), realPath: '~/.ssh/id_rsa' }]);
    readable.set('b', [{ ...item('b', file('b', 'secret')), realPath: '~/.ssh/id_rsa' }]);
    await draft.refresh();
    assert.deepEqual(
      draft.takeAll().map(({ code }) => code),
      ['a', 'b'],
    );
  });

  it('has what was attached, in that order, with its sizes', async () => {
    readable.set('b', [item('b', file('src/b.ts', '12345', { truncated: true }))]);
    readable.set('c', [item('c', { label: 'c.ts:1', languageId: '', code: '' })]);
    for (const id of ['b', 'a', 'c']) await draft.attach(id);
    assert.deepEqual(draft.items(), [
      { id: 'b', kind: 'file', label: 'src/b.ts', characters: 5, truncated: true },
      { id: 'a', kind: 'file', label: 'a', characters: 1, truncated: false },
      { id: 'c', kind: 'selection', label: 'c.ts:1', characters: 0, truncated: false },
    ]);
    assert.deepEqual(ids(), ['b', 'a', 'c']);
    assert.equal(changes, 3);
  });

  it('has nothing twice: what is attached again is read anew where it is', async () => {
    await draft.attach('a');
    await draft.attach('b');
    readable.set('a', [item('a', file('a', 'newer'))]);
    await draft.attach('a');
    assert.deepEqual(
      draft.items().map(({ id, characters }) => [id, characters]),
      [
        ['a', 5],
        ['b', 1],
      ],
    );
  });

  it('keeps the order it was attached in, whatever is read faster', async () => {
    let open = (): void => undefined;
    gates.set('a', new Promise((resolve) => (open = resolve)));
    const all = [draft.attach('a'), draft.attach('b')];
    open();
    await Promise.all(all);
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it('is what it was when something can’t be read, and whoever attached it is told', async () => {
    await draft.attach('a');
    await assert.rejects(draft.attach('gone'), UserError);
    await draft.attach('b');
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it('goes along with one prompt', async () => {
    await draft.attach('a');
    await draft.attach('b');
    assert.deepEqual(draft.takeAll(), [file('a'), file('b')]);
    assert.deepEqual([draft.items(), draft.takeAll()], [[], []]);
    assert.equal(changes, 3);
  });

  it('waits for what is being read, even when that fails', async () => {
    let open = (): void => undefined;
    gates.set('a', new Promise((resolve) => (open = resolve)));
    const attached = draft.attach('a');
    const failed = assert.rejects(draft.attach('gone'), UserError);
    const settled = draft.waitForReads().then(() => draft.takeAll());
    open();
    assert.deepEqual(await settled, [file('a')]);
    await Promise.all([attached, failed]);
  });

  it('is read anew before it is sent, but for what was selected; what is gone goes along as it was', async () => {
    readable.set('b', [item('b', { label: 'b.ts:1', languageId: '', code: 'selected' })]);
    for (const id of ['a', 'b', 'c']) await draft.attach(id);
    readable.set('a', [item('a', file('a', 'newer'))]);
    readable.set('b', [item('b', { label: 'b.ts:1', languageId: '', code: 'other' })]);
    readable.delete('c');
    await draft.refresh();
    assert.deepEqual(
      draft.takeAll().map(({ code }) => code),
      ['newer', 'selected', 'c'],
    );
    assert.deepEqual(skipped, ['c']);
  });

  it('does not come back when it is detached while it is read anew', async () => {
    await draft.attach('a');
    let open = (): void => undefined;
    gates.set('a', new Promise((resolve) => (open = resolve)));
    const refreshed = draft.refresh();
    draft.detach('a');
    open();
    await refreshed;
    assert.deepEqual(draft.items(), []);
  });

  it('loses what is detached, and tells nobody when there is nothing to lose', async () => {
    await draft.attach('a');
    await draft.attach('b');
    draft.detach('a');
    draft.detach('a');
    assert.deepEqual(ids(), ['b']);
    assert.equal(changes, 3);
  });

  it('has what was picked, with what was there', async () => {
    await draft.attach('a');
    await draft.pick();
    assert.equal(changes, 1);
    picked = [item('x'), item('a'), item('y')];
    await draft.pick();
    assert.deepEqual(ids(), ['a', 'x', 'y']);
    assert.equal(changes, 2);
  });

  it('comes back after a reload, without what can no longer be read', async () => {
    readable.set('c', [item('c', file('c', 'newer'))]);
    await draft.attach('c');
    readable.delete('c');
    await draft.restore(['b', 'gone', 'c', 'a']);
    assert.deepEqual(ids(), ['c', 'b', 'a']);
    assert.deepEqual(skipped, ['gone']);
  });

  it('is nothing else once a later word of what it was has come', async () => {
    await draft.restore(['a', 'b']);
    await draft.restore(['b', 'c']);
    assert.deepEqual(ids(), ['b', 'c']);
    changes = 0;
    await draft.restore([]);
    assert.deepEqual([ids(), draft.unread(), changes], [[], [], 1]);
  });

  it('goes along whole with a prompt that is sent while it comes back', async () => {
    let open = (): void => undefined;
    gates.set('a', new Promise((resolve) => (open = resolve)));
    const restored = draft.restore(['a', 'gone', 'b', 'c']);
    const sent = draft.waitForReads().then(() => draft.takeAll());
    open();
    assert.deepEqual(await sent, [file('a'), file('b'), file('c')]);
    await restored;
    assert.deepEqual(draft.items(), []);
  });

  it('says what of it is still to be read: a second reload must not lose it', async () => {
    let open = (): void => undefined;
    gates.set('b', new Promise((resolve) => (open = resolve)));
    const restored = draft.restore(['a', 'b', 'gone']);
    assert.deepEqual(draft.unread(), ['a', 'b', 'gone']);
    const told: (readonly string[])[] = [];
    draft.onDidChange(() => told.push([...ids(), ...draft.unread()]));
    open();
    await restored;
    assert.deepEqual(told, [
      ['a', 'b', 'gone'],
      ['a', 'b', 'gone'],
      ['a', 'b'],
    ]);
  });

  it('has problems that the editor reports only after a reload, at once or with the prompt', async () => {
    await draft.restore(['problems:x', 'problems:y', 'problems:z']);
    assert.deepEqual([ids(), draft.unread()], [[], ['problems:x', 'problems:y', 'problems:z']]);
    readable.set('problems:x', [item('problems:x', file('x', 'x', { kind: 'problems' }))]);
    await draft.readPending();
    assert.deepEqual([ids(), draft.unread()], [['problems:x'], ['problems:y', 'problems:z']]);
    readable.set('problems:y', [item('problems:y', file('y', 'y', { kind: 'problems' }))]);
    await draft.refresh();
    assert.deepEqual(ids(), ['problems:x', 'problems:y']);
    draft.takeAll();
    assert.deepEqual([ids(), draft.unread()], [[], []]);
  });

  it('is cut where it is full, and says so when nothing more fits', async () => {
    const most = 'x'.repeat(contextLimits.draft - 2);
    readable.set('big', [item('big', file('big', most))]);
    readable.set('b', [item('b', file('b', 'four'))]);
    await draft.attach('big');
    await draft.attach('b');
    assert.deepEqual(draft.items().at(-1), { id: 'b', kind: 'file', label: 'b', characters: 2, truncated: true });
    await assert.rejects(draft.attach('a'), UserError);
    assert.deepEqual(ids(), ['big', 'b']);
    // In its own place there is room for what is read anew.
    await draft.attach('big');
    assert.deepEqual(draft.items()[0]?.truncated, false);
  });
});
