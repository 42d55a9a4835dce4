import path from 'node:path';
import { root } from '../paths';
import { ensureVSCode } from './install';
import type { VSCodeVersion } from './versions';

/**
 * Whether to download desktop VS Code. It is downloaded on request, and on systems on which VS Code's server does not
 * run.
 */
export const onDesktop = process.env['VSCODE_TEST_DESKTOP'] !== undefined || process.platform === 'win32';

/** Arguments for `runTests` that start VS Code. */
interface TestHost {
  readonly start: { readonly version: string } | { readonly vscodeExecutablePath: string };
  /** Environment variables of the started process. */
  readonly env: Readonly<Record<string, string>>;
}

export async function testHost({ codeServer, desktop }: VSCodeVersion): Promise<TestHost> {
  if (onDesktop) return { start: { version: desktop }, env: {} };
  return {
    start: { vscodeExecutablePath: path.join(root, 'test/support/vscodeFromNpm.mjs') },
    env: { VSCODE_SERVER: (await ensureVSCode(codeServer)).server },
  };
}
