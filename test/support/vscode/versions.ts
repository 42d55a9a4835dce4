/** A VS Code version for tests, as an npm package and as a download for systems on which the package does not run. */
export interface VSCodeVersion {
  /** Version of the package `code-server`, whose 4.N contains VS Code 1.N. */
  readonly codeServer: string;
  readonly desktop: string;
}

export const newest: VSCodeVersion = {
  codeServer: process.env['CODE_SERVER_VERSION'] ?? '4.139.1',
  desktop: process.env['VSCODE_TEST_DESKTOP'] ?? 'stable',
};

/** The last patch release of the oldest VS Code version that `engines.vscode` allows. */
export const oldest: VSCodeVersion = { codeServer: '4.106.3', desktop: '1.106.3' };
