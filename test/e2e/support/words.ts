import { readFileSync } from 'node:fs';
import path from 'node:path';
import { panelStrings, type PanelStrings } from '../../../src/shared/panelStrings';
import { root } from '../../support/paths';

export type Language = 'en' | 'zh-cn';

type Texts = Readonly<Record<string, string>>;

/** Texts of the packaged extension in one display language, by which tests find elements. */
export interface Words {
  readonly panel: PanelStrings;
  /** Returns the palette title of a command, by its id without the prefix. */
  readonly command: (id: string) => string;
  /** Returns the translation of a message of the host. */
  readonly host: (english: string) => string;
}

export function wordsOf(language: Language): Words {
  const manifest = readTexts(language === 'en' ? 'package.nls.json' : `package.nls.${language}.json`);
  const bundle = language === 'en' ? {} : readTexts(`l10n/bundle.l10n.${language}.json`);
  const host = (english: string): string => bundle[english] ?? english;
  const panel = Object.fromEntries(Object.entries(panelStrings).map(([key, english]) => [key, host(english)]));
  return { panel: panel as PanelStrings, command: (id) => `HolySheep: ${manifest[`command.${id}`]}`, host };
}

/** Returns a pattern that matches a message with any values for its placeholders. */
export function patternOf(message: string): RegExp {
  return new RegExp(message.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\d\}/g, '.*'));
}

function readTexts(file: string): Texts {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Texts;
}
