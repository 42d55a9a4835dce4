import * as vscode from 'vscode';
import { joinSentences, type Words } from '../../shared/describe';
import { createFormat } from '../../shared/format';
import { panelStrings, type PanelStrings } from '../../shared/panelStrings';

/** Returns texts as consecutive sentences. */
export function inSentences(...texts: readonly (string | undefined)[]): string {
  return joinSentences(hostWords().strings, texts);
}

let words: Words | undefined;

/** Returns the words of the display language. They are created at the first call, because that takes a while. */
export function hostWords(): Words {
  if (words) return words;
  const translated = Object.entries(panelStrings).map(([name, english]) => [name, vscode.l10n.t(english)] as const);
  const strings: PanelStrings = { ...panelStrings, ...Object.fromEntries(translated) };
  words = { strings, format: createFormat(vscode.env.language, strings) };
  return words;
}
