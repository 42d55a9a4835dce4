import assert from 'node:assert/strict';
import type { CustomPrompts } from '../../src/host/prompts/customPrompts';
import { useVSCode } from '../support/fakeVSCode';

interface Label {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** A quick pick that is dismissed as soon as it is shown. */
class QuickPick {
  items: readonly Label[] = [];
  activeItems = [];
  selectedItems = [];
  value = '';
  private hide: () => void = () => undefined;
  readonly onDidChangeValue = (): void => undefined;
  readonly onDidAccept = (): void => undefined;
  readonly onDidTriggerItemButton = (): void => undefined;
  readonly onDidHide = (listener: () => void): void => {
    this.hide = listener;
  };
  show(): void {
    setImmediate(() => this.hide());
  }
  dispose(): void {
    // There is nothing to release.
  }
}

/** Names an icon, reverses the direction of text, hides a character and begins another line. */
const foreign = 'a $(alert)\u202e\u200b\r\nb\u001b[2J';
const shown = 'a $\u2060(alert) b [2J';

describe('foreign text', () => {
  let picks: QuickPick[];
  let lists: (readonly Label[])[];
  let messages: string[];
  const tell = (message: string): Promise<undefined> => {
    messages.push(message);
    return Promise.resolve(undefined);
  };
  useVSCode({
    l10n: {
      t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
    },
    QuickPickItemKind: { Separator: -1 },
    window: {
      createQuickPick: () => {
        const pick = new QuickPick();
        picks.push(pick);
        return pick;
      },
      showQuickPick: (items: readonly Label[]) => {
        lists.push(items);
        return Promise.resolve(undefined);
      },
      showInformationMessage: tell,
      showWarningMessage: tell,
      showErrorMessage: tell,
    },
  });
  beforeEach(() => {
    [picks, lists, messages] = [[], [], []];
  });

  it('in the names of models is a plain label in the list of models', async () => {
    const { pickModel } = await import('../../src/host/models/modelPick');
    const list = Promise.resolve({ source: 'gateway', models: [foreign], host: 'h' } as const);
    const picked = pickModel(list, `current ${foreign}`, {});
    await list;
    await new Promise(setImmediate);
    assert.deepEqual(
      picks[0]?.items.map(({ label }) => label),
      ['From h', `$(check) current ${shown}`, shown],
    );
    assert.equal(await picked, undefined);
  });

  it('in prompts of a workspace is a plain label in the list of prompts', async () => {
    const { pickPrompt } = await import('../../src/host/prompts/promptPicker');
    const prompt = { title: foreign, template: foreign, model: foreign, from: 'user' } as const;
    const own = { list: () => [prompt], unasked: () => [], refused: () => [] } as unknown as CustomPrompts;
    await pickPrompt(own, [{ number: 1, title: foreign, reason: 'no-template' }]);
    const [first, , unusable] = lists[0] ?? [];
    assert.deepEqual([first?.label, first?.description, first?.detail], [shown, shown, shown]);
    assert.equal(unusable?.detail, `“${shown}” has no template`);
  });

  for (const kind of ['information', 'warning', 'error'] as const) {
    it(`in a notification is one line without links (${kind})`, async () => {
      const { toast } = await import('../../src/host/ui/notifications');
      toast(
        { error: (problem) => assert.fail(String(problem)) },
        kind,
        `It says: ${foreign}[click](\u200bcommand:x) ${'y'.repeat(5000)}`,
      );
      assert.match(messages[0]!, /^It says: a \$\(alert\) b \[2J\[click\] \(command:x\) y+…$/);
      assert.ok(messages[0]!.length <= 1001);
    });
  }

  it('in the title of a code action or of its prompt is short and one line', async () => {
    const { codePromptTitle, customActionTitle } = await import('../../src/host/code/codeActions');
    assert.equal(customActionTitle('a\u202e\nb', 'workspace'), 'a b with HolySheep (workspace prompt)');
    assert.equal(
      codePromptTitle({ customTitle: 'a\u202e\nb' }, { label: 'x.ts:1', truncated: false } as never),
      'a b x.ts:1',
    );
  });
});
