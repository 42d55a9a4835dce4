import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { JournalProblem } from '../../../src/host/journal/journal';
import type * as reportFile from '../../../src/host/journal/journalProblemReport';
import type * as noticesFile from '../../../src/host/ui/notices';
import type * as notificationsFile from '../../../src/host/ui/notifications';
import { useVSCode } from '../../support/fakeVSCode';

/** Loads a file of the host. `import()` could return the files of other tests, which share no notices with this test. */
const load = createRequire(__filename);

describe("message about conversations that can't be saved", () => {
  const shown: string[] = [];
  const show = (text: string): Promise<undefined> => {
    shown.push(text);
    return Promise.resolve(undefined);
  };
  const t = (text: string): string => text;
  useVSCode({ l10n: { t }, window: { showWarningMessage: show, showInformationMessage: show } });
  let report: (problem: JournalProblem) => void;

  beforeEach(() => {
    const { reportJournalProblem } = load('../../../src/host/journal/journalProblemReport') as typeof reportFile;
    const ignore = (): void => undefined;
    report = reportJournalProblem({ warn: ignore, error: ignore } as unknown as Parameters<
      typeof reportJournalProblem
    >[0]);
    shown.length = 0;
  });
  const failed = (code: string): JournalProblem => ({
    kind: 'unwritten',
    error: Object.assign(new Error('write'), { code }),
  });

  for (const [code, advice] of [
    ['ENOSPC', /disk is full/],
    ['EDQUOT', /disk is full/],
    ['EROFS', /disk is read-only/],
    ['EACCES', /permissions/],
    ['EPERM', /permissions/],
    ['ENOENT', /file was deleted/],
    ['ETIMEDOUT', /not responding/],
    ['EIO', /can't be saved to disk/],
  ] as const) {
    it(`contains advice about the error code ${code}`, () => {
      report(failed(code));
      assert.match(shown.join(), advice);
    });
  }

  it('appears once for each kind of failure', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'ENOSPC']) report(failed(code));
    assert.equal(shown.length, 2);
    report({ kind: 'written' });
    report({ kind: 'written' });
    assert.match(shown.slice(2).join(), /^The conversation is being saved to disk again\.$/);
    report(failed('ENOSPC'));
    assert.equal(shown.length, 4);
  });

  it('remains after later messages, until the conversation can be saved again', () => {
    const { notices } = load('../../../src/host/ui/notices') as typeof noticesFile;
    const { showMessage } = load('../../../src/host/ui/notifications') as typeof notificationsFile;
    const texts = (): readonly string[] => notices.list.map(({ text }) => text.slice(0, 12));
    const page = notices.add({ isVisible: true, postChange: () => undefined });
    report(failed('ENOSPC'));
    showMessage({ error: assert.ifError }, 'information', 'Key removed.');
    const failing = texts();
    report({ kind: 'written' });
    const saved = texts();
    notices.end(() => true);
    page.dispose();
    assert.deepEqual([failing, saved], [['Key removed.', 'The disk is '], ['The conversa']]);
  });

  it('does not appear after another window has taken over a conversation, unless text was lost', () => {
    report({ kind: 'taken', isComplete: true });
    assert.deepEqual(shown, []);
    report({ kind: 'taken', isComplete: false });
    assert.match(shown.join(), /couldn't be saved/);
  });
});
