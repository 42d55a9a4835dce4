import { listFiles, PackageManager } from '@vscode/vsce';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths';

interface MeasuredExtension {
  readonly id: string;
  readonly folder: string;
}

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/** Copies the files of the VSIX and removes its activation events, so that only a call activates the extension. */
export async function packagedExtension(extensionsFolder: string): Promise<MeasuredExtension> {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
  const extension = write(extensionsFolder, { ...manifest, activationEvents: [] });
  for (const file of await listFiles({ cwd: root, packageManager: PackageManager.None })) {
    if (file !== 'package.json') cpSync(path.join(root, file), path.join(extension.folder, file));
  }
  return extension;
}

/** Creates an extension whose `activate` does nothing, to measure the cost of VS Code itself. */
export function emptyExtension(name: string, extensionsFolder: string): MeasuredExtension {
  const extension = write(extensionsFolder, {
    publisher: 'bench',
    name,
    version: '1.0.0',
    main: './extension.js',
    engines: { vscode: '^1.106.0' },
    extensionKind: ['ui', 'workspace'],
    activationEvents: [],
  });
  writeFileSync(path.join(extension.folder, 'extension.js'), 'exports.activate = () => {};\n');
  return extension;
}

/** Writes the extension into the extensions folder, which VS Code scans because it has no index. */
function write(extensionsFolder: string, manifest: Manifest): MeasuredExtension {
  const id = `${manifest.publisher}.${manifest.name}`;
  const folder = path.join(extensionsFolder, `${id}-${manifest.version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  return { id, folder };
}
