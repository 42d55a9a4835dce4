// Usage: node --import tsx test/support/run/prepare.ts <name>. Prepares, once, what several jobs of a test run share.
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { installPackaged } from '../../e2e/support/installPackaged';
import { findBrowser } from '../browser';
import { runNode } from '../childProcess';
import { failuresFolder, root } from '../paths';
import { ensureVSCode } from '../vscode/install';
import { packageExtension, vsixFile } from '../vscode/package';
import { newest, oldest } from '../vscode/versions';

const preparations: Readonly<Record<string, () => Promise<unknown>>> = {
  browser: findBrowser,
  'vscode newest': () => ensureVSCode(newest.codeServer),
  'vscode oldest': () => ensureVSCode(oldest.codeServer),
  'desktop newest': () => downloadAndUnzipVSCode(newest.desktop),
  'desktop oldest': () => downloadAndUnzipVSCode(oldest.desktop),
  vsix: packageExtension,
  'packaged extension': prepareEndToEnd,
  'development build': buildForHost,
};

async function prepareEndToEnd(): Promise<void> {
  rmSync(failuresFolder, { recursive: true, force: true });
  await installPackaged(vsixFile);
}

async function buildForHost(): Promise<void> {
  for (const script of ['esbuild.js', 'test/support/run/buildIntegration.mjs']) {
    if ((await runNode([path.join(root, script)])) !== 0) throw new Error(`${script} failed`);
  }
}

async function main(name = ''): Promise<void> {
  const prepare = preparations[name];
  if (prepare === undefined) throw new Error(`No such preparation: ${name}`);
  await prepare();
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
