import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type Settings = Readonly<Record<string, unknown>>;

/** Settings that disable the welcome page, updates, telemetry and sign-in, and limit VS Code to one TypeScript server. */
export const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  // Automatic type acquisition installs packages from the registry.
  'typescript.disableAutomaticTypeAcquisition': true,
  'typescript.tsserver.useSyntaxServer': 'never',
  'update.mode': 'none',
  'window.menuBarVisibility': 'compact',
  // A webview may take the focus late, after a list or an input box has opened, which would then close:
  // https://github.com/microsoft/vscode/issues/75209.
  'workbench.quickOpen.closeOnFocusLost': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

export function userSettingsFile(userDataFolder: string): string {
  return path.join(userDataFolder, 'User/settings.json');
}

/** Writes `User/settings.json` of a user data folder. */
export function writeUserSettings(userDataFolder: string, settings: Settings): void {
  const file = userSettingsFile(userDataFolder);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(settings, undefined, 2));
}
