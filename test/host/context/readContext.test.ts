import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';
import type { EditorTarget } from '../../../src/host/code/editorTarget';
import { contextId } from '../../../src/host/context/contextId';
import { contextLimits } from '../../../src/host/context/contextPrompt';
import type { ImageFile } from '../../../src/host/context/readContext';
import { fake } from '../../support/fake';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { pngFile } from '../../support/images';
import { noImages } from '../../support/host/noImages';

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
    const [, scheme = '', uriPath = ''] = /^(\w+):\/\/(.*)$/s.exec(text) ?? [];
    return new FakeUri(scheme, uriPath);
  }
  static joinPath(uri: FakeUri, ...parts: readonly string[]): FakeUri {
    return new FakeUri(uri.scheme, path.posix.join(uri.path, ...parts));
  }
}

/** Has the name and the error codes of VS Code's class. */
class FileSystemError extends Error {
  constructor(readonly code: string) {
    super(`${code} (FileSystemError)`);
  }
}

const isRoot = process.getuid?.() === 0;

describe('attachments from files', () => {
  let folder: string;
  let workspace: string;
  let openedPaths: string[];
  let visibleEditors: readonly { readonly document: { readonly uri: FakeUri } }[];
  let remoteFiles: Readonly<Record<string, { readonly type: number; readonly text?: string; readonly error?: string }>>;

  const statRemote = ({ path: name }: FakeUri) => {
    const found = remoteFiles[name];
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
    l10n: englishL10n,
    languages: { getDiagnostics: () => [] },
    window: {
      get visibleTextEditors() {
        return visibleEditors;
      },
      tabGroups: { all: [] },
      onDidChangeActiveTextEditor: () => ({ dispose: () => undefined }),
    },
    workspace: {
      textDocuments: [],
      get workspaceFolders() {
        return [{ uri: new FakeUri('file', workspace) }];
      },
      getWorkspaceFolder: folderOf,
      asRelativePath: (uri: FakeUri) => path.posix.relative(folderOf(uri)?.uri.path ?? '/', uri.path),
      openTextDocument: (uri: FakeUri) => {
        openedPaths.push(uri.path);
        const text = uri.scheme === 'file' ? readFileSync(uri.path, 'utf8') : (remoteFiles[uri.path]?.text ?? '');
        return Promise.resolve({ uri, languageId: 'plaintext', getText: () => text });
      },
      findFiles: () =>
        Promise.resolve([
          workspaceUri('plain.txt'),
          workspaceUri('link.txt'),
          workspaceUri('linked/secret.txt'),
          workspaceUri('inner.txt'),
        ]),
      getConfiguration: () => ({ get: () => undefined }),
      fs: {
        stat: (uri: FakeUri) => Promise.resolve(uri).then((file) => ({ ...statRemote(file), size: 4 })),
        readFile: (uri: FakeUri) => Promise.resolve(uri).then((file) => Buffer.from(statRemote(file).text ?? '')),
      },
    },
    CancellationTokenSource: class {
      readonly token = { onCancellationRequested: () => undefined };
      cancel(): void {
        // This fake has nothing to stop.
      }
    },
  });

  const workspaceUri = (name: string): FakeUri => new FakeUri('file', path.join(workspace, name));
  const createSource = async () => {
    const { ContextSource } = await import('../../../src/host/context/contextSource');
    const target = fake<EditorTarget>({ editor: () => undefined, recentFiles: () => [] });
    return new ContextSource(target, noImages, (error) => assert.fail(String(error)));
  };
  const resolve = async (uri: FakeUri) =>
    (await (await createSource()).resolve(contextId({ kind: 'file', uri: uri.toString() })))[0]!;
  const assertRefused = (uri: FakeUri, message: string): Promise<void> =>
    assert.rejects(resolve(uri), (error) => {
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, error.message], ['UserError', message]);
      assert.deepEqual(openedPaths, []);
      return true;
    });

  let socket: Server;
  before(async () => {
    folder = realpathSync(temporaryFolder());
    workspace = path.join(folder, 'workspace');
    const outside = path.join(folder, 'outside');
    for (const directory of [workspace, outside, path.join(workspace, 'sub')]) mkdirSync(directory);
    writeFileSync(path.join(outside, 'secret.txt'), 'secret');
    writeFileSync(path.join(workspace, 'plain.txt'), 'text');
    writeFileSync(path.join(workspace, 'dot.png'), pngFile);
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
      ['dangling', 'gone.txt'],
      ['home', homedir()],
    ] as const) {
      symlinkSync(target, path.join(workspace, name));
    }
    execFileSync('mkfifo', [path.join(workspace, 'pipe')]);
    socket = createServer();
    await new Promise<void>((resolve) => socket.listen(path.join(workspace, 'socket'), resolve));
  });
  beforeEach(() => {
    [openedPaths, visibleEditors, remoteFiles] = [[], [], {}];
  });
  after(() => {
    socket.close();
    removeTemporaryFolder(folder);
  });

  it('contain the text of a regular file', async () => {
    const { attachment, realPath } = await resolve(workspaceUri('plain.txt'));
    assert.deepEqual([attachment?.label, attachment?.code, realPath], ['plain.txt', 'text', undefined]);
  });

  it('contain the bytes of an image file as a `Uint8Array`, because VS Code would send a `Buffer` as JSON', async () => {
    const files: ImageFile[] = [];
    const id = contextId({ kind: 'file', uri: workspaceUri('dot.png').toString() });
    await (await createSource()).resolve(id, (file) => files.push(file));
    assert.deepEqual(files, [{ name: 'dot.png', data: new Uint8Array(pngFile) }]);
  });

  for (const name of ['pipe', 'pipe link', 'socket', 'zero']) {
    it(`are rejected without opening the file "${name}", which is not a regular file`, () =>
      assertRefused(workspaceUri(name), `${name} is a pipe, a socket, or a device and can't be attached.`));
  }

  it('are rejected with a reason if the file is missing, large, binary or unreadable', async () => {
    await assertRefused(workspaceUri('sub'), 'sub is a folder. Attach individual files instead.');
    await assertRefused(workspaceUri('gone.txt'), "gone.txt can't be read. It might have been moved or deleted.");
    await assertRefused(workspaceUri('dangling'), "dangling can't be read. It might have been moved or deleted.");
    await assertRefused(workspaceUri('plain.txt/a'), "plain.txt/a can't be read. It might have been moved or deleted.");
    const select = 'Open it, select the part that matters, and attach the selection.';
    await assertRefused(workspaceUri('large.txt'), `large.txt is larger than 1 MB. ${select}`);
    await assertRefused(workspaceUri('zeros.bin'), "zeros.bin is not a text file and can't be attached.");
    await assertRefused(workspaceUri('circle'), "circle can't be read (ELOOP).");
    if (!isRoot) await assertRefused(workspaceUri('forbidden.txt'), "You don't have permission to read forbidden.txt.");
  });

  for (const [code, message] of [
    ['FileNotFound', "a.txt can't be read. It might have been moved or deleted."],
    ['NoPermissions', "You don't have permission to read a.txt."],
    ['FileIsADirectory', 'a.txt is a folder. Attach individual files instead.'],
    ['Unavailable', "a.txt can't be read (Unavailable)."],
  ] as const) {
    it(`are rejected with a reason for a remote file that VS Code can't read because of ${code}`, () => {
      remoteFiles = { '/remote/a.txt': { type: 1, error: code } };
      return assertRefused(new FakeUri('memory', '/remote/a.txt'), message);
    });
  }

  it('are rejected if the remote file is a folder or a device', async () => {
    remoteFiles = { '/remote/a.txt': { type: 0 }, '/remote/b': { type: 2 } };
    await assertRefused(
      new FakeUri('memory', '/remote/a.txt'),
      "a.txt is a pipe, a socket, or a device and can't be attached.",
    );
    await assertRefused(new FakeUri('memory', '/remote/b'), 'b is a folder. Attach individual files instead.');
  });

  for (const name of ['link.txt', 'second.txt', 'linked/secret.txt', '../outside/../workspace/link.txt']) {
    it(`show the real path of "${name}", a symbolic link that leads out of the workspace`, async () => {
      const { attachment, realPath } = await resolve(new FakeUri('file', `${workspace}/${name}`));
      assert.deepEqual([attachment?.code, realPath], ['secret', path.join(folder, 'outside/secret.txt')]);
    });
  }

  it('show no second path for a symbolic link that stays within the workspace', async () => {
    assert.equal((await resolve(workspaceUri('inner.txt'))).realPath, undefined);
    assert.equal((await resolve(new FakeUri('file', path.join(folder, 'outside/secret.txt')))).realPath, undefined);
  });

  it('show the home folder as ~, so that the user name is not displayed', async () => {
    const { outsideTarget } = await import('../../../src/host/context/linkTarget');
    assert.equal(await outsideTarget(workspaceUri('home') as unknown as vscode.Uri), '~');
  });

  it('show an unknown location for a remote symbolic link', async () => {
    const unknown = 'an unknown location (symbolic link)';
    remoteFiles = {
      '/remote/l': { type: 65, text: 'text' },
      '/remote/d': { type: 66 },
      '/remote/d/f': { type: 1, text: 'f' },
    };
    assert.equal((await resolve(new FakeUri('memory', '/remote/l'))).realPath, unknown);
    assert.equal((await resolve(new FakeUri('memory', '/remote/d/f'))).realPath, unknown);
  });

  it('show the target of a symbolic link in the list of suggestions', async () => {
    const suggested = await (await createSource()).suggest('t');
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

  it("are rejected in VS Code's chat for an unopened symbolic link that leads out of the workspace", async () => {
    const { refuseHiddenLink } = await import('../../../src/host/context/linkTarget');
    const link = workspaceUri('link.txt');
    const refuse = () => refuseHiddenLink(link as unknown as vscode.Uri);
    const target = path.join(folder, 'outside/secret.txt');
    await assert.rejects(refuse(), {
      name: 'UserError',
      message: `link.txt links to ${target}, outside the workspace. Open the link to check its content, or attach the linked file directly.`,
    });
    visibleEditors = [{ document: { uri: link } }];
    await refuse();
  });
});

describe('binary file detection', () => {
  useVSCode({ DiagnosticSeverity: {} });
  const rows: readonly { readonly name: string; readonly bytes: readonly number[]; readonly binary: boolean }[] = [
    { name: 'an empty file', bytes: [], binary: false },
    { name: 'a file with letters', bytes: [0x61, 0x0a, 0xe4, 0xb8, 0xad], binary: false },
    { name: 'a file with a zero byte', bytes: [0x61, 0, 0x62], binary: true },
    { name: 'a little-endian UTF-16 file with a byte order mark', bytes: [0xff, 0xfe, 0x61, 0], binary: false },
    { name: 'a big-endian UTF-16 file with a byte order mark', bytes: [0xfe, 0xff, 0, 0x61], binary: false },
    { name: 'a file with half a byte order mark and a zero byte', bytes: [0xff, 0x61, 0], binary: true },
  ];
  for (const { name, bytes, binary } of rows) {
    it(`treats ${name} as ${binary ? 'binary' : 'text'}`, async () => {
      const { looksBinary } = await import('../../../src/host/context/readContext');
      assert.equal(looksBinary(Uint8Array.from(bytes)), binary);
    });
  }
});
