import { writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes VS Code run in another display language with an empty language pack: VS Code's own texts stay English, and
 * extensions load their translations.
 */
export function writeLanguagePack(userDataFolder: string, locale: string): void {
  const translations = path.join(userDataFolder, 'empty.i18n.json');
  writeFileSync(translations, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: 'empty',
    label: locale,
    extensions: [{ extensionIdentifier: { id: 'test.language' }, version: '1.0.0' }],
    translations: { vscode: translations },
  };
  writeFileSync(path.join(userDataFolder, 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}
