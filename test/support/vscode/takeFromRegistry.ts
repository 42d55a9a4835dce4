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

/** Older versions of these download a program when they are installed; this one depends on packages that carry it. */
const carried: Readonly<Record<string, string>> = { '@vscode/ripgrep': '1.18.0' };

/**
 * Makes npm take all of an older VS Code from the registry, also what it names by a commit on a Git host or downloads
 * itself: a machine that reaches a registry need not reach anything else.
 * @param folder of a package.json and its npm-shrinkwrap.json
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
    // npm believes this entry before it looks at the version.
    Reflect.deleteProperty(shrinkwrap.packages, location);
  }
  writeFileSync(manifestFile, JSON.stringify(manifest, undefined, 2));
  writeFileSync(shrinkwrapFile, JSON.stringify(shrinkwrap, undefined, 2));
}

/** @returns the version to take instead; undefined: as it is */
function published(name: string, { version, resolved, hasInstallScript }: Locked): string | undefined {
  if (resolved?.startsWith('git+')) return version;
  return hasInstallScript ? carried[name] : undefined;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
