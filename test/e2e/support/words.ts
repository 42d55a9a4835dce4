import { readFileSync } from 'node:fs';
import path from 'node:path';
import { panelStrings, type PanelStrings } from '../../../src/shared/panelStrings';
import { root } from '../../support/paths';

export type Language = 'en' | 'zh-cn';

type Texts = Readonly<Record<string, string>>;

/** Texts of the shipped extension in one display language, by which tests find the panel's elements. */
export interface Words {
  readonly panel: PanelStrings;
  /** Returns the palette title of a command, by its id without the prefix. */
  readonly command: (id: string) => string;
  /** Returns the translation of a message of the host. */
  readonly host: (english: string) => string;
}

export function wordsOf(language: Language): Words {
  const manifest = texts(language === 'en' ? 'package.nls.json' : `package.nls.${language}.json`);
  const bundle = language === 'en' ? {} : texts(`l10n/bundle.l10n.${language}.json`);
  const host = (english: string): string => bundle[english] ?? english;
  const translated = (strings: Texts): Texts =>
    Object.fromEntries(Object.entries(strings).map(([key, english]) => [key, host(english)]));
  return {
    panel: translated(panelStrings),
    command: (id) => `HolySheep: ${manifest[`command.${id}`]}`,
    host,
  };
}

/** Returns a pattern that matches a message with any values for its placeholders. */
export function patternOf(template: string): RegExp {
  return new RegExp(template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\d\}/g, '.*'));
}

export function filled(template: string, ...values: readonly string[]): string {
  return template.replaceAll(/\{(\d)\}/g, (_, n: string) => values[Number(n)] ?? '');
}

function texts(file: string): Texts {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Texts;
}
