import assert from 'node:assert/strict';
import Module from 'node:module';
import type { ExtensionContext } from 'vscode';
import { commandIds } from '../../../src/host/contributions';

type Load = (request: string, ...rest: unknown[]) => unknown;

const refuse = (): never => {
  throw new Error('This host has no chat.');
};

/** What every host has, as much of it as the start asks for. */
function editorApi(onCommand: (id: string) => void): Record<string, unknown> {
  class Disposable {
    constructor(readonly dispose: () => void) {}
    static from(): Disposable {
      return new Disposable(() => undefined);
    }
  }
  return {
    Disposable,
    EventEmitter: class {
      readonly event = (): Disposable => Disposable.from();
      fire(): void {
        // Nobody listens.
      }
      dispose(): void {
        // Nothing is held.
      }
    },
    Uri: { joinPath: () => ({}) },
    commands: {
      registerCommand: (id: string) => {
        onCommand(id);
        return Disposable.from();
      },
    },
    window: { registerWebviewPanelSerializer: () => Disposable.from() },
  };
}

/** Hosts that lack what is beside the editor, or throw where it is touched: forks, older ones, a policy of a company. */
const hosts: readonly (readonly [name: string, chat: () => unknown, lm: () => unknown])[] = [
  ['that has neither a chat nor language models', () => undefined, () => undefined],
  ['whose chat and language models are empty', () => ({}), () => ({})],
  [
    'whose chat and language models refuse to be registered with',
    () => ({ createChatParticipant: refuse }),
    () => ({ registerLanguageModelChatProvider: refuse }),
  ],
  ['that throws where they are looked for', refuse, refuse],
];

describe('a host', () => {
  const loader = Module as unknown as { _load: Load };
  const original = loader._load;
  const { error } = console;
  let registered: string[];
  let chat: () => unknown;
  let lm: () => unknown;
  before(() => {
    const vscode = Object.defineProperties(
      editorApi((command) => registered.push(command)),
      { chat: { get: () => chat(), enumerable: true }, lm: { get: () => lm(), enumerable: true } },
    );
    loader._load = (request, ...rest) => {
      if (request === 'vscode') return vscode;
      // What the extension does once it has started is no part of this.
      if (request.endsWith('./app')) return { createApp: () => Promise.resolve({}) };
      return original(request, ...rest);
    };
  });
  beforeEach(() => {
    registered = [];
    console.error = () => undefined;
  });
  afterEach(() => {
    console.error = error;
  });
  after(() => {
    loader._load = original;
  });

  for (const [name, ...beside] of hosts) {
    it(`${name} has every command all the same`, async () => {
      [chat, lm] = beside;
      const { activate } = await import('../../../src/extension');
      const context = { subscriptions: [], extensionUri: {} } as unknown as ExtensionContext;
      assert.equal(activate(context).version, 1);
      assert.deepEqual(registered, [...commandIds]);
      await new Promise(setImmediate);
    });
  }
});
