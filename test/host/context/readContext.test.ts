import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';
import { contextLimits } from '../../../src/host/context/contextPrompt';
import { useVSCode } from '../../support/fakeVSCode';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

class FakeUri {
  constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
  static parse(text: string): FakeUri {
    const [, scheme = '', rest = ''] = /^(\w+):\/\/(.*)$/s.exec(text) ?? [];
    return new FakeUri(scheme, rest);
  }
  static joinPath(uri: FakeUri, ...parts: readonly string[]): FakeUri {
    return new FakeUri(uri.scheme, path.posix.join(uri.path, ...parts));
  }
}

/** Has the name and the codes of VS Code's own class. */
class FileSystemError extends Error {
  constructor(readonly code: string) {
    super(`${code} (FileSystemError)`);
  }
}

const isRoot = process.getuid?.() === 0;

describe('context from files', () => {
  let folder: string;
  let workspace: string;
  let opened: string[];
  let visible: readonly { readonly document: { readonly uri: FakeUri } }[];
  let remote: Readonly<Record<string, { readonly type: number; readonly text?: string; readonly error?: string }>>;

  let onFilled: () => void = () => undefined;
  const pick = {
    shown: [] as readonly { readonly label: string; readonly description: string }[],
    get items() {
      return this.shown;
    },
    set items(items) {
      this.shown = items;
      if (items.length > 0) onFilled();
    },
    value: '',
    selectedItems: [],
    activeItems: [],
    onHide: (): void => undefined,
    onDidHide(listener: () => void) {
      this.onHide = listener;
    },
    onDidAccept: () => undefined,
    onDidTriggerButton: () => undefined,
    onDidChangeValue: () => undefined,
    show: () => undefined,
    dispose: () => undefined,
  };

  const statRemote = ({ path: name }: FakeUri) => {
    const found = remote[name];
    if (!found || found.error !== undefined) throw new FileSystemError(found?.error ?? 'FileNotFound');
    return found;
  };
  const folderOf = (uri: FakeUri): { readonly uri: FakeUri } | undefined => {
    const root = new FakeUri(uri.scheme, uri.scheme === 'file' ? workspace : '/remote');
    return uri.path.startsWith(`${root.path}/`) ? { uri: root } : undefined;
  };
  useVSCode({
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    FileType: { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 },
    Uri: FakeUri,
    l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, at) => String(args[Number(at)])) },
    languages: { getDiagnostics: () => [] },
    ThemeIcon: Object,
    window: {
      createQuickPick: () => pick,
      get visibleTextEditors() {
        return visible;
      },
      tabGroups: { all: [] },
    },
    workspace: {
      textDocuments: [],
      get workspaceFolders() {
        return [{ uri: new FakeUri('file', workspace) }];
      },
      getWorkspaceFolder: folderOf,
      asRelativePath: (uri: FakeUri) => path.posix.relative(folderOf(uri)?.uri.path ?? '/', uri.path),
      openTextDocument: (uri: FakeUri) => {
        opened.push(uri.path);
        const text = uri.scheme === 'file' ? readFileSync(uri.path, 'utf8') : (remote[uri.path]?.text ?? '');
        return Promise.resolve({ uri, languageId: 'plaintext', getText: () => text });
      },
      findFiles: () => Promise.resolve([at('plain.txt'), at('link.txt'), at('linked/secret.txt'), at('inner.txt')]),
      getConfiguration: () => ({ get: () => undefined }),
      fs: {
        stat: (uri: FakeUri) => Promise.resolve(uri).then((each) => ({ ...statRemote(each), size: 4 })),
        readFile: (uri: FakeUri) => Promise.resolve(uri).then((each) => Buffer.from(statRemote(each).text ?? '')),
      },
    },
    CancellationTokenSource: class {
      readonly token = { onCancellationRequested: () => undefined };
      dispose(): void {
        // There is nothing to release.
      }
    },
  });

  const at = (name: string): FakeUri => new FakeUri('file', path.join(workspace, name));
  const source = async () => {
    const { ContextSource } = await import('../../../src/host/context/contextSource');
    return new ContextSource({ editor: () => undefined, onError: (error) => assert.fail(String(error)) });
  };
  const resolve = async (uri: FakeUri) => (await (await source()).resolve(`file:${uri.toString()}`))[0]!;
  const refused = (uri: FakeUri, message: string): Promise<void> =>
    assert.rejects(resolve(uri), (error) => {
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, error.message], ['UserError', message]);
      assert.deepEqual(opened, []);
      return true;
    });

  let socket: Server;
  before(async () => {
    folder = realpathSync(temporaryFolder());
    workspace = path.join(folder, 'workspace');
    const outside = path.join(folder, 'outside');
    for (const each of [workspace, outside, path.join(workspace, 'sub')]) mkdirSync(each);
    writeFileSync(path.join(outside, 'secret.txt'), 'secret');
    writeFileSync(path.join(workspace, 'plain.txt'), 'text');
    writeFileSync(path.join(workspace, 'zeros.bin'), Buffer.alloc(10));
    writeFileSync(path.join(workspace, 'large.txt'), 'x'.repeat(contextLimits.fileBytes + 1));
    writeFileSync(path.join(workspace, 'forbidden.txt'), 'text');
    chmodSync(path.join(workspace, 'forbidden.txt'), 0);
    for (const [name, target] of [
      ['link.txt', '../outside/secret.txt'],
      ['second.txt', 'link.txt'],
      ['linked', '../outside'],
      ['inner.txt', 'plain.txt'],
      ['zero', '/dev/zero'],
      ['circle', 'circle'],
      ['pipe link', 'pipe'],
      ['home', homedir()],
    ] as const) {
      symlinkSync(target, path.join(workspace, name));
    }
    execFileSync('mkfifo', [path.join(workspace, 'pipe')]);
    socket = createServer();
    await new Promise<void>((listening) => socket.listen(path.join(workspace, 'socket'), listening));
  });
  beforeEach(() => {
    [opened, visible, remote] = [[], [], {}];
  });
  after(() => {
    socket.close();
    removeTemporaryFolder(folder);
  });

  it('is the text of a regular file', async () => {
    const { attachment, realPath: outside } = await resolve(at('plain.txt'));
    assert.deepEqual([attachment.label, attachment.code, outside], ['plain.txt', 'text', undefined]);
  });

  for (const name of ['pipe', 'pipe link', 'socket', 'zero']) {
    it(`is refused at once for anything but a regular file (${name})`, () =>
      refused(at(name), `${name} is a pipe, a socket or a device and can't be attached.`));
  }

  it('is refused with the reason for a folder and a missing, large, binary, forbidden or otherwise unreadable file', async () => {
    await refused(at('sub'), 'sub is a folder. Attach files in it instead.');
    await refused(at('gone.txt'), "gone.txt can't be read. It may have been moved or deleted.");
    await refused(at('plain.txt/a'), "plain.txt/a can't be read. It may have been moved or deleted.");
    const select = 'Open it, select the part that matters and attach the selection.';
    await refused(at('large.txt'), `large.txt is larger than 1 MB. ${select}`);
    await refused(at('zeros.bin'), "zeros.bin is not a text file and can't be attached.");
    await refused(at('circle'), "circle can't be read (ELOOP).");
    if (!isRoot) await refused(at('forbidden.txt'), "forbidden.txt can't be read: its permissions don't allow it.");
  });

  for (const [code, message] of [
    ['FileNotFound', "can't be read. It may have been moved or deleted."],
    ['NoPermissions', "can't be read: its permissions don't allow it."],
    ['FileIsADirectory', 'is a folder. Attach files in it instead.'],
    ['Unavailable', "can't be read (Unavailable)."],
  ] as const) {
    it(`is refused for a remote file with the reason that VS Code gives (${code})`, () => {
      remote = { '/remote/a.txt': { type: 1, error: code } };
      return refused(new FakeUri('memory', '/remote/a.txt'), `a.txt ${message}`);
    });
  }

  it('is refused for anything but a regular file in a remote workspace', async () => {
    remote = { '/remote/a.txt': { type: 0 }, '/remote/b': { type: 2 } };
    await refused(
      new FakeUri('memory', '/remote/a.txt'),
      "a.txt is a pipe, a socket or a device and can't be attached.",
    );
    await refused(new FakeUri('memory', '/remote/b'), 'b is a folder. Attach files in it instead.');
  });

  for (const name of ['link.txt', 'second.txt', 'linked/secret.txt', '../outside/../workspace/link.txt']) {
    it(`says where a symbolic link out of the workspace leads (${name})`, async () => {
      const { attachment, realPath: outside } = await resolve(new FakeUri('file', `${workspace}/${name}`));
      assert.deepEqual([attachment.code, outside], ['secret', path.join(folder, 'outside/secret.txt')]);
    });
  }

  it('has no target for a symbolic link that stays in the workspace, or for a file outside the workspace', async () => {
    assert.equal((await resolve(at('inner.txt'))).realPath, undefined);
    assert.equal((await resolve(new FakeUri('file', path.join(folder, 'outside/secret.txt')))).realPath, undefined);
  });

  it('writes the home folder as ~, so that the name of the user is not shown', async () => {
    const { outsideTarget } = await import('../../../src/host/context/linkTarget');
    assert.equal(await outsideTarget(at('home') as unknown as vscode.Uri), '~');
  });

  it('says that a remote link, or a file below one, leads to an unknown place', async () => {
    const unknown = 'an unknown location (symbolic link)';
    remote = {
      '/remote/l': { type: 65, text: 'text' },
      '/remote/d': { type: 66 },
      '/remote/d/f': { type: 1, text: 'f' },
    };
    assert.equal((await resolve(new FakeUri('memory', '/remote/l'))).realPath, unknown);
    assert.equal((await resolve(new FakeUri('memory', '/remote/d/f'))).realPath, unknown);
  });

  it('says in the suggestions where a link leads, before it is attached', async () => {
    const suggested = await (await source()).suggest('t');
    assert.deepEqual(
      suggested
        .filter(({ kind }) => kind === 'file')
        .map(({ label, detail }) => `${label}|${detail}`)
        .sort(),
      [
        'inner.txt|',
        `link.txt|→ ${path.join(folder, 'outside/secret.txt')}`,
        'plain.txt|',
        `secret.txt|→ ${path.join(folder, 'outside/secret.txt')} · linked`,
      ],
    );
  });

  it('says in the list of files where a link leads, before it is chosen', async () => {
    const { pickContext } = await import('../../../src/host/context/contextPick');
    const picked = pickContext([]);
    await new Promise<void>((resolve) => (onFilled = resolve));
    const target = path.join(folder, 'outside/secret.txt');
    assert.deepEqual(
      pick.items.map(({ label, description }) => `${label}|${description}`),
      [
        '$(file) inner.txt|',
        `$(file) link.txt|→ ${target}`,
        `$(file) secret.txt|→ ${target} · linked`,
        '$(file) plain.txt|',
      ],
    );
    pick.onHide();
    assert.deepEqual(await picked, []);
  });

  it("is refused in VS Code's own chat for a link out of the workspace, unless an editor shows the file", async () => {
    const { refuseHiddenLink } = await import('../../../src/host/context/linkTarget');
    const link = at('link.txt');
    const refuse = () => refuseHiddenLink(link as unknown as vscode.Uri);
    const target = path.join(folder, 'outside/secret.txt');
    await assert.rejects(refuse(), {
      name: 'UserError',
      message: `link.txt links to ${target}, outside the workspace. Open it to check its content, or attach that file directly.`,
    });
    visible = [{ document: { uri: link } }];
    await refuse();
  });
});

describe('A file', () => {
  useVSCode({ DiagnosticSeverity: {} });
  const rows: readonly (readonly [what: string, bytes: readonly number[], binary: boolean])[] = [
    ['that is empty is text', [], false],
    ['of letters is text', [0x61, 0x0a, 0xe4, 0xb8, 0xad], false],
    ['with a zero byte is binary', [0x61, 0, 0x62], true],
    ['of UTF-16 is text, low byte first', [0xff, 0xfe, 0x61, 0], false],
    ['of UTF-16 is text, high byte first', [0xfe, 0xff, 0, 0x61], false],
    ['with half a mark is binary', [0xff, 0x61, 0], true],
  ];
  for (const [what, bytes, binary] of rows) {
    it(what, async () => {
      const { looksBinary } = await import('../../../src/host/context/readContext');
      assert.equal(looksBinary(Uint8Array.from(bytes)), binary);
    });
  }
});
