import * as vscode from 'vscode';

/** A file system provider with files in memory, as in a virtual workspace. A folder exists if it contains a file. */
export class MemoryFiles implements vscode.FileSystemProvider {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly files: Map<string, Uint8Array>;

  /** @param files content of the files, by path */
  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const times = { ctime: 0, mtime: 0 };
    const content = this.files.get(uri.path);
    if (content) return { ...times, type: vscode.FileType.File, size: content.length };
    if (this.readDirectory(uri).length === 0) throw vscode.FileSystemError.FileNotFound(uri);
    return { ...times, type: vscode.FileType.Directory, size: 0 };
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    const above = uri.path.endsWith('/') ? uri.path : `${uri.path}/`;
    const below = [...this.files.keys()]
      .filter((path) => path.startsWith(above))
      .map((path) => path.slice(above.length));
    const entries = below.map((path): [string, vscode.FileType] => {
      const [name = '', ...deeper] = path.split('/');
      return [name, deeper.length > 0 ? vscode.FileType.Directory : vscode.FileType.File];
    });
    return [...new Map(entries)];
  }

  createDirectory(): void {
    // Does nothing, because a folder exists as soon as it contains a file.
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const content = this.files.get(uri.path);
    if (!content) throw vscode.FileSystemError.FileNotFound(uri);
    return content;
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    this.files.set(uri.path, content);
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  delete(uri: vscode.Uri): void {
    this.files.delete(uri.path);
    this.changed.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
  }

  rename(from: vscode.Uri, to: vscode.Uri): void {
    this.writeFile(to, this.readFile(from));
    this.delete(from);
  }
}
