/** The part of VS Code's API that a panel calls while an answer arrives, bundled in place of `vscode`. */
export const languages = { onDidChangeDiagnostics: () => ({ dispose: () => undefined }) };
