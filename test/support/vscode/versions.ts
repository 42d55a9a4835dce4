/** A VS Code that tests run in: what npm carries, or what is downloaded where that does not run. */
export interface VSCodeVersion {
  /** Of the package `code-server`, whose 4.N has VS Code 1.N. */
  readonly codeServer: string;
  readonly desktop: string;
}

export const newest: VSCodeVersion = {
  codeServer: process.env['CODE_SERVER_VERSION'] ?? '4.139.1',
  desktop: process.env['VSCODE_TEST_DESKTOP'] ?? 'stable',
};

/** The last patch of what `engines.vscode` promises. */
export const oldest: VSCodeVersion = { codeServer: '4.106.3', desktop: '1.106.3' };
