import assert from 'node:assert/strict';
import type { GatewaySetId } from '../../../src/shared/exchanges';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { Suggestions } from '../../../src/host/panel/suggestions';
import { Listeners } from '../../../src/host/util/listeners';
import { EventEmitter } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { valuesOf } from '../../support/valuesOf';

const uri = { toString: () => 'file:///w/pasture.ts', path: '/w/pasture.ts' };

describe('suggestions of an empty conversation', () => {
  const raise = (error: unknown): void => assert.fail(String(error));
  const selectionChanges = new Listeners<{ readonly selections: readonly { readonly isEmpty: boolean }[] }>(raise);
  const editorChanges = new Listeners<void>(raise);
  let problems: readonly object[];
  useVSCode({
    EventEmitter,
    DiagnosticSeverity: {},
    env: { language: 'en' },
    l10n: { t: (message: string, name = '') => message.replace('{0}', name) },
    languages: { getDiagnostics: () => problems },
    window: {
      onDidChangeActiveTextEditor: editorChanges.event,
      onDidChangeTextEditorSelection: selectionChanges.event,
    },
    workspace: { getWorkspaceFolder: () => undefined },
  });

  let selected: string | undefined;
  const end = { line: 2, character: 0 };
  let recent: { readonly id: string; readonly title: string; readonly lastActivityAt: number }[];
  let conversationChanges: Listeners<{ readonly change?: { readonly type: string } }>;
  let suggestions: Suggestions;
  beforeEach(async () => {
    [problems, selected, recent] = [[], undefined, []];
    conversationChanges = new Listeners(raise);
    const point = { line: 1, character: 0 };
    const editor = () => ({ document: { uri, getText: () => selected }, selection: { start: point, end } });
    const { Suggestions } = await import('../../../src/host/panel/suggestions');
    suggestions = new Suggestions({
      conversations: {
        list: (limit: number) => Promise.resolve(recent.slice(0, limit)),
        onDidChange: conversationChanges.event,
        onDidRemove: () => ({ dispose: () => undefined }),
      },
      target: { editor: () => (selected === undefined ? undefined : editor()) },
      tour: { suggestions: () => [{ kind: 'scenario', id: 'demo-steady', label: 'A normal answer' }] },
    } as unknown as ConstructorParameters<typeof Suggestions>[0]);
  });
  afterEach(() => suggestions.dispose());

  const list = (
    fields: { readonly set?: GatewaySetId; readonly hasKey?: boolean; readonly firstPrompt?: string } = {},
  ) => {
    const conversation = { tree: { firstPrompt: fields.firstPrompt } } as unknown as Conversation;
    return suggestions.list(conversation, { model: 'm', host: 'h', hasKey: true, set: 'own', ...fields });
  };
  const labels = async (...args: Parameters<typeof list>) => valuesOf(await list(...args), 'label');

  it('offer the demo if no editor shows code', async () => {
    assert.deepEqual(await labels(), ['Try the offline demo']);
  });

  it('do not offer the demo if the key is missing, because the page offers the demo elsewhere', async () => {
    assert.deepEqual(await labels({ hasKey: false }), []);
  });

  it('include the file in the editor, and its selected code or its problems', async () => {
    selected = ' ';
    assert.deepEqual(await list(), [{ kind: 'code', id: 'file', label: 'Explain pasture.ts' }]);
    problems = [{ range: { start: point() }, severity: 0, message: '' }];
    assert.deepEqual(await labels(), ['Explain pasture.ts', 'Explain the problems in pasture.ts']);
    selected = 'let a;';
    assert.deepEqual(await labels(), ['Explain pasture.ts', 'Find problems in the selection']);
  });

  it('send the latest selection when the user clicks', async () => {
    selected = 'let a;';
    const before = await list();
    end.line = 7;
    assert.deepEqual(await list(), before);
    assert.deepEqual(suggestions.codePrompt('selection')?.item, {
      kind: 'selection',
      uri: 'file:///w/pasture.ts',
      span: { start: { line: 1, character: 0 }, end: { line: 7, character: 0 } },
    });
  });
  const point = () => ({ line: 0, character: 0, compareTo: () => 0 });

  it('include up to three recent conversations', async () => {
    recent = ['a', 'b', '', 'd'].map((title, index) => ({ id: `c${index}`, title, lastActivityAt: Date.now() }));
    const found = (await list()).filter(({ time }) => time !== undefined);
    assert.deepEqual(valuesOf(found, 'id'), ['c0', 'c1']);
    assert.match(found[0]?.time ?? '', /\d:\d\d/);
  });

  it('have the day and the time of a conversation of another day', async () => {
    recent = [{ id: 'a', title: 'a', lastActivityAt: Date.now() - 24 * 60 * 60 * 1000 }];
    const found = (await list()).find(({ kind }) => kind === 'conversation');
    assert.match(found?.time ?? '', /^[A-Z][a-z]{2} \d/);
  });

  it("are the demo's scenarios while the demo is open", async () => {
    selected = 'let a;';
    assert.deepEqual(await labels({ set: 'demo' }), ['A normal answer']);
  });

  it('disappear after the first exchange', async () => {
    selected = 'let a;';
    assert.deepEqual(await labels({ firstPrompt: 'Hi' }), []);
  });

  it('are updated when the editor or the conversation list changes, but not with each token', () => {
    let changes = 0;
    suggestions.onDidChange(() => changes++);
    editorChanges.fire();
    for (const isEmpty of [false, false, true, true]) selectionChanges.fire({ selections: [{ isEmpty }] });
    conversationChanges.fire({});
    for (const type of ['exchange', 'events', 'events']) conversationChanges.fire({ change: { type } });
    assert.equal(changes, 5);
  });
});
