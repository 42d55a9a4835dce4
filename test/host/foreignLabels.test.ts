import assert from 'node:assert/strict';
import type { InputBoxOptions, ProgressOptions } from 'vscode';
import type { Gateway } from '../../src/engine/gateway/gateway';
import type { CustomPrompts } from '../../src/host/prompts/customPrompts';
import { fake } from '../support/fake';
import { FakeEditor } from '../support/fakeEditor';
import { useVSCode } from '../support/fakeVSCode';
import { gatewayFrom } from '../support/testGateways';

interface Label {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** Text with an icon, a reversed text direction, a hidden character, a line break and a terminal escape. */
const hostileText = 'a $(alert)\u202e\u200b\r\nb\u001b[2J';
const plainText = 'a $\u2060(alert) b [2J';

describe('text from outside the extension', () => {
  let lists: (readonly Label[])[];
  let titles: string[];
  let boxes: InputBoxOptions[];
  let showProgress: () => void;
  const editor = new FakeEditor();
  const api = editor.api() as { readonly window: object };
  useVSCode({
    ...api,
    window: {
      ...api.window,
      showQuickPick: (items: readonly Label[]) => Promise.resolve(void lists.push(items)),
      setStatusBarMessage: (message: string) => void titles.push(message),
      showInputBox: (box: InputBoxOptions) => Promise.resolve(void boxes.push(box)),
      withProgress: ({ title = '' }: ProgressOptions, task: (progress: object, token: object) => unknown) => {
        titles.push(title);
        showProgress();
        return task({}, { onCancellationRequested: () => undefined });
      },
    },
  });
  beforeEach(() => {
    [lists, titles, boxes] = [[], [], []];
    editor.reset();
  });
  const messages = (): readonly string[] => editor.messages.map(({ message }) => message);

  it('is shown without icons and hidden characters if it is the name of a model', async () => {
    const { pickModels } = await import('../../src/host/models/modelPick');
    const list = Promise.resolve({ source: 'gateway', models: [hostileText] } as const);
    const gateway = gatewayFrom({ baseUrl: 'https://h/v1', apiKey: undefined, name: hostileText });
    const load = () => Promise.resolve({ gateways: [{ gateway, list }], recent: [] });
    const catalog = { load, factsOf: () => undefined };
    const picked = pickModels(catalog, `current ${hostileText}`, {}, { error: (error) => assert.fail(String(error)) });
    await list;
    await new Promise(setImmediate);
    const labels = editor.quickPicks[0]?.items.map(({ label }) => label);
    assert.deepEqual(labels, [`$(check) current ${plainText}`, `Similar to current ${plainText}`, plainText]);
    assert.equal(await picked, undefined);
  });

  it('is shown without icons if it is the host or the URL of a gateway', async () => {
    const { pickGateway } = await import('../../src/host/connection/gatewayPick');
    const option = (host: string) => ({
      gateway: fake<Gateway>({ id: `https://${host}/v1`, label: host, origin: `https://${host}`, position: 0 }),
      key: 'key' as const,
    });
    const picked = pickGateway([option('$(alert).example'), option('other.example')], 'Set API key');
    const [first] = editor.quickPicks[0]?.items ?? [];
    assert.deepEqual([first?.label, first?.detail], ['$\u2060(alert).example', 'https://$\u2060(alert).example/v1']);
    assert.equal(await picked, undefined);
  });

  it("is shown without icons, links and HTML in VS Code's chat", async () => {
    const { escapeMarkdown } = await import('../../src/host/ui/messageText');
    assert.equal(escapeMarkdown('$(alert) [a](command:x) <b>'), '$\u2060(alert) \\[a\\](command:x) \\<b\\>');
  });

  it('is shown without icons and hidden characters if it is the name of a custom prompt', async () => {
    const { pickPrompt } = await import('../../src/host/prompts/promptPicker');
    const prompt = { title: hostileText, template: hostileText, model: hostileText, from: 'user' } as const;
    const customPrompts = {
      list: () => [prompt],
      withoutConsent: () => [],
    } as unknown as CustomPrompts;
    await pickPrompt(customPrompts, [{ number: 1, title: hostileText, reason: 'no-template' }]);
    const [first, , unusable] = lists[0] ?? [];
    assert.deepEqual([first?.label, first?.description, first?.detail], [plainText, plainText, plainText]);
    assert.equal(unusable?.detail, `“${plainText}” has no template`);
  });

  for (const kind of ['information', 'warning', 'error'] as const) {
    it(`is one line without links in a notification of kind "${kind}"`, async () => {
      const { showMessage } = await import('../../src/host/ui/notifications');
      showMessage(
        { error: (problem) => assert.fail(String(problem)) },
        kind,
        `It says: ${hostileText}[click](\u200bcommand:x) ${'y'.repeat(5000)}`,
      );
      assert.match(messages()[0]!, /^It says: a \$\(alert\) b \[2J\[click\] \(command:x\) y+…$/);
      assert.ok(messages()[0]!.length <= 1001);
    });
  }

  const hostileMessage = `It says: ${hostileText}[click](\u200bcommand:x) `;
  const plainMessage = 'It says: a $(alert) b [2J[click] (command:x)';

  it('is one line without links in a notification or a dialog', async () => {
    const { askUser } = await import('../../src/host/ui/notifications');
    await askUser('information', hostileMessage, ['Use']);
    await askUser('warning', hostileMessage, ['Use'], 'Detail');
    assert.deepEqual(messages(), [plainMessage, plainMessage]);
  });

  it('is one line without links in the title of a progress notification', async () => {
    const { withDelayedProgress } = await import('../../src/host/ui/notifications');
    let finish = (): void => undefined;
    showProgress = () => finish();
    await withDelayedProgress(hostileMessage, () => new Promise<void>((resolve) => (finish = resolve)));
    assert.deepEqual(titles, [plainMessage]);
  });

  it('is one line without links and icons in the status bar', async () => {
    const { showInStatusBar } = await import('../../src/host/ui/notifications');
    showInStatusBar(hostileMessage);
    assert.deepEqual(titles, [plainMessage.replace('$(', '$\u2060(')]);
  });

  it('is one line without links in the prompt and the messages of an input box', async () => {
    const { askForText } = await import('../../src/host/ui/notifications');
    const severity = 3;
    const problems = [hostileMessage, { message: hostileMessage, severity }, undefined];
    await askForText({ prompt: hostileMessage, validateInput: () => problems.shift() });
    const validate = (text: string): unknown => boxes[0]?.validateInput?.(text);
    assert.deepEqual(
      [boxes[0]?.prompt, validate(''), validate(''), validate('')],
      [plainMessage, plainMessage, { message: plainMessage, severity }, undefined],
    );
  });

  it('is shortened to one line in the title of a code action', async () => {
    const { codePromptTitle, customPromptActionTitle } = await import('../../src/host/prompts/codeActions');
    assert.equal(customPromptActionTitle('a\u202e\nb', 'workspace'), 'a b with HolySheep (workspace prompt)');
    assert.equal(
      codePromptTitle({ title: 'a\u202e\nb', template: '' }, { label: 'x.ts:1', truncated: false } as never),
      'a b x.ts:1',
    );
  });
});
