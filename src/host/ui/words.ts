import * as vscode from 'vscode';
import { joinSentences, type Words } from '../../shared/describe';
import { createFormat } from '../../shared/format';
import { panelStrings, type PanelStrings } from '../../shared/panelStrings';

/** Joins sentences into one text, as the display language requires. Undefined texts are skipped. */
export function inSentences(...texts: readonly (string | undefined)[]): string {
  return joinSentences(hostWords().strings, texts);
}

let words: Words | undefined;

/**
 * Returns the translated texts and the formatters of the display language. They are created at the first call and then
 * reused, because creating them takes long.
 */
export function hostWords(): Words {
  if (words) return words;
  const translated = Object.entries(panelStrings).map(([name, english]) => [name, vscode.l10n.t(english)] as const);
  const strings: PanelStrings = { ...panelStrings, ...Object.fromEntries(translated) };
  words = { strings, format: createFormat(vscode.env.language, strings) };
  return words;
}
