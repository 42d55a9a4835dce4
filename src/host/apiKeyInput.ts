import * as vscode from 'vscode';
import { cleanApiKey, doubtAbout, type ApiKeyProblem } from '../core/apiKey';

/** @returns what was entered, not yet cleaned; undefined: nothing. */
export function askForApiKey(host: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('API key for {0}', host),
    prompt: vscode.l10n.t(
      'Get a key at https://www.holysheep.ai. It is kept in the secret storage of this computer and sent to {0} only.',
      host,
    ),
    placeHolder: 'hsa-…',
    password: true,
    ignoreFocusOut: true,
    validateInput: (input) => judge(input, host),
  });
}

function judge(input: string, host: string): vscode.InputBoxValidationMessage | undefined {
  if (input === '') return undefined;
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    return { message: problemText(cleaned.problem), severity: vscode.InputBoxValidationSeverity.Error };
  }
  const message = doubtText(cleaned.key, host);
  return message === undefined ? undefined : { message, severity: vscode.InputBoxValidationSeverity.Warning };
}

export function problemText(problem: ApiKeyProblem): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('There is no API key in this.');
    case 'has-spaces':
      return vscode.l10n.t('An API key has no spaces or line breaks in it. Copy it once more.');
    case 'too-long':
      return vscode.l10n.t('This is too long for an API key. Copy the key alone.');
    case 'not-ascii':
      return vscode.l10n.t('There is a character in this that no API key has. Copy it once more.');
  }
}

/** A warning that refuses nothing. */
export function doubtText(key: string, host: string): string | undefined {
  switch (doubtAbout(key, host)) {
    case undefined:
      return undefined;
    case 'not-a-holysheep-key':
      return vscode.l10n.t('HolySheep keys start with hsa-; this one does not.');
    case 'holysheep-key-elsewhere':
      return vscode.l10n.t('This looks like a HolySheep key, but it would go to {0}.', host);
  }
}
