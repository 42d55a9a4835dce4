import path from 'node:path';
import { root } from '../paths';
import { ensureVSCode } from './install';
import type { VSCodeVersion } from './versions';

/** Desktop VS Code is downloaded where that is asked for, and where VS Code's server does not run. */
export const onDesktop = process.env['VSCODE_TEST_DESKTOP'] !== undefined || process.platform === 'win32';

/** What `runTests` starts. */
export interface TestHost {
  readonly start: { readonly version: string } | { readonly vscodeExecutablePath: string };
  /** What the started needs to know. */
  readonly env: Readonly<Record<string, string>>;
}

export async function testHost({ codeServer, desktop }: VSCodeVersion): Promise<TestHost> {
  if (onDesktop) return { start: { version: desktop }, env: {} };
  return {
    start: { vscodeExecutablePath: path.join(root, 'test/support/vscodeFromNpm.mjs') },
    env: { VSCODE_SERVER: (await ensureVSCode(codeServer)).server },
  };
}
