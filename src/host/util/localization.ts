import * as vscode from 'vscode';
import type { Localize } from '../../engine/environment';

/** Translates a message with `vscode.l10n`, for code that does not import `vscode`. */
export const localize: Localize = (message, args) =>
  args === undefined ? vscode.l10n.t(message) : vscode.l10n.t(message, args);
