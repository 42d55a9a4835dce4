import * as vscode from 'vscode';
import type { Localize } from '../../engine/engine';

/** For layers that don't know VS Code. */
export const localize: Localize = (message, args) =>
  args === undefined ? vscode.l10n.t(message) : vscode.l10n.t(message, args);
