import assert from 'node:assert/strict';
import type { ExtensionContext } from 'vscode';
import { commandIds } from '../../../src/host/contributions';
import { EventEmitter } from '../../support/fakeEditor';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';

const throwError = (): never => {
  throw new Error('This editor has no chat.');
};

/** Returns the part of VS Code's API that activation uses in every editor. */
function editorApi(onCommand: (id: string) => void): Record<string, unknown> {
  class Disposable {
    constructor(readonly dispose: () => void) {}
    static from(): Disposable {
      return new Disposable(() => undefined);
    }
  }
  return {
    Disposable,
    EventEmitter,
    Uri: { joinPath: () => ({}) },
    commands: {
      registerCommand: (id: string) => {
        onCommand(id);
        return Disposable.from();
      },
      executeCommand: (id: string) => {
        onCommand(id);
        return Promise.resolve();
      },
    },
    l10n: englishL10n,
  };
}

/** Editors without chat or language models, or whose API throws: forks, older versions, or editors with a company policy. */
const editors: readonly (readonly [name: string, chat: () => unknown, lm: () => unknown])[] = [
  ['without chat and language models', () => undefined, () => undefined],
  ['with empty chat and language model APIs', () => ({}), () => ({})],
  [
    'in which registering a chat participant or language models throws',
    () => ({ createChatParticipant: throwError }),
    () => ({ registerLanguageModelChatProvider: throwError }),
  ],
  ['in which reading the chat or language model API throws', throwError, throwError],
];

describe('activation', () => {
  const { error } = console;
  let registered: string[];
  let pressButton: (message: string, ...titles: readonly string[]) => string | undefined;
  let chat: () => unknown;
  let lm: () => unknown;
  useVSCode(
    Object.defineProperties(
      {
        ...editorApi((command) => registered.push(command)),
        window: { showErrorMessage: (...shown: [string, ...string[]]) => Promise.resolve(pressButton(...shown)) },
      },
      { chat: { get: () => chat(), enumerable: true }, lm: { get: () => lm(), enumerable: true } },
    ),
  );
  beforeEach(() => {
    registered = [];
    pressButton = () => undefined;
    console.error = () => undefined;
  });
  afterEach(() => {
    console.error = error;
  });

  for (const [name, ...apis] of editors) {
    it(`registers every command in an editor ${name}`, async () => {
      [chat, lm] = apis;
      const { activate } = await import('../../../src/extension');
      const context = { subscriptions: [], extensionUri: {} } as unknown as ExtensionContext;
      assert.equal(activate(context).version, 1);
      assert.deepEqual(registered, [...commandIds]);
      await new Promise(setImmediate);
    });
  }

  for (const [title, command] of [
    ['Reload window', 'workbench.action.reloadWindow'],
    ['Show log', 'workbench.action.showLogs'],
  ] as const) {
    it(`reports that the extension could not start, with the button ${title}`, async () => {
      [chat, lm] = [() => undefined, () => undefined];
      const shown = new Promise<string>((resolve) => {
        pressButton = (message, ...titles) => {
          resolve(message);
          return titles.find((other) => other === title);
        };
      });
      const { activate } = await import('../../../src/extension');
      activate({ subscriptions: [], extensionUri: {} } as unknown as ExtensionContext);
      // The app needs more of the API than this editor has.
      assert.match(
        await shown,
        /^HolySheep Prompt couldn't start: vscode.window.createOutputChannel is not a function/,
      );
      await new Promise(setImmediate);
      assert.ok(registered.includes(command));
    });
  }
});
