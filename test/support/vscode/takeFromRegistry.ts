import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

interface Locked extends Manifest {
  readonly version?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

interface Shrinkwrap {
  readonly packages: Record<string, Locked>;
}

/** Packages whose older versions download a program during installation, with versions that get it from the registry. */
const carried: Readonly<Record<string, string>> = { '@vscode/ripgrep': '1.18.0' };

/**
 * Makes npm install an older VS Code completely from the registry, including dependencies that are named by a Git commit
 * or that download files. A machine then needs to reach the registry only.
 * @param folder folder of a package.json and its npm-shrinkwrap.json
 */
export function takeFromRegistry(folder: string): void {
  const manifestFile = path.join(folder, 'package.json');
  const shrinkwrapFile = path.join(folder, 'npm-shrinkwrap.json');
  const manifest = readJson(manifestFile) as Manifest;
  const shrinkwrap = readJson(shrinkwrapFile) as Shrinkwrap;
  for (const [location, locked] of Object.entries(shrinkwrap.packages)) {
    const name = location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const version = published(name, locked);
    if (version === undefined) continue;
    for (const { dependencies, devDependencies } of [manifest, ...Object.values(shrinkwrap.packages)]) {
      if (dependencies?.[name] !== undefined) dependencies[name] = version;
      if (devDependencies?.[name] !== undefined) devDependencies[name] = version;
    }
    // Removes the entry, because npm would use it instead of the version.
    Reflect.deleteProperty(shrinkwrap.packages, location);
  }
  writeFileSync(manifestFile, JSON.stringify(manifest, undefined, 2));
  writeFileSync(shrinkwrapFile, JSON.stringify(shrinkwrap, undefined, 2));
}

/** @returns the version to install instead, or undefined to keep the given one */
function published(name: string, { version, resolved, hasInstallScript }: Locked): string | undefined {
  if (resolved?.startsWith('git+')) return version;
  return hasInstallScript ? carried[name] : undefined;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
