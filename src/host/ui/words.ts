import * as vscode from 'vscode';
import type { Localize } from '../../engine/environment';
import type { Words } from '../../shared/describe';
import { createFormat } from '../../shared/format';
import { panelStrings } from '../../shared/panelStrings';
import { localize } from '../util/localization';
import { translateAll } from './panelText';

export interface HostWords extends Words {
  readonly localize: Localize;
}

let words: HostWords | undefined;

/** Returns the words of the display language. They are created at the first call, because that takes a while. */
export function hostWords(): HostWords {
  if (words) return words;
  const strings = translateAll(panelStrings, localize);
  words = { strings, format: createFormat(vscode.env.language, strings), localize };
  return words;
}
