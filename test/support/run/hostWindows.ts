import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { trustTestAuthority } from '../network/testAuthority';
import { fixtureSettings } from '../fixtureSettings';
import { sampleWorkspace } from '../paths';
import { quietSettings, type Settings } from '../vscode/quietSettings';

/** A window of VS Code that in-host tests run in. */
interface HostWindow {
  readonly name: string;
  /** Folder in `test/integration` that contains the tests of this window. */
  readonly tests: string;
  /**
   * Names of the test files that also run in the oldest VS Code. They cover the start, keys and settings, prompts,
   * restored panels and chat. The types of the oldest API cover the rest.
   */
  readonly inOldest?: readonly string[];
  readonly settings: Settings;
  /** Whether the window needs a VS Code with workspace trust. */
  readonly untrusted?: true;
  /** Creates the folder that the window opens. */
  open(folder: string): string;
  environment?(folder: string): Readonly<Record<string, string>>;
}

/** Invalid settings. The extension accepts none of these values. */
const nonsense: Settings = {
  'holysheep.baseUrl': 42,
  'holysheep.model': ['gpt-4o'],
  'holysheep.fallbackModels': 'gpt-4o',
  'holysheep.systemPrompt': { role: 'system' },
  'holysheep.temperature': 'hot',
  'holysheep.maxTokens': null,
  'holysheep.prompts': { title: 1 },
  'holysheep.resume': 7,
  'holysheep.retry.maxRetries': '5',
  'holysheep.retry.baseDelayMs': -1e308,
  'holysheep.retry.maxDelayMs': 1e308,
  'holysheep.retry.jitter': [],
  'holysheep.retry.maxHintMs': {},
  'holysheep.timeout.headersMs': 'never',
  'holysheep.timeout.firstTokenMs': 1e308,
  'holysheep.timeout.idleMs': -5,
  'holysheep.timeout.silentMs': true,
  'holysheep.history.limit': null,
  'holysheep.budget': 5,
};

export const hostWindows: readonly HostWindow[] = [
  {
    name: 'folder',
    tests: '.',
    inOldest: ['smoke', 'key', 'conversations', 'prompts', 'panels', 'languageModels', 'participant'],
    // Without this setting, an older VS Code reads a different settings file.
    settings: { ...quietSettings, ...fixtureSettings, 'http.systemCertificatesNode': true },
    open: sampleFolder,
    environment: trustTestAuthority,
  },
  {
    // The settings of the workspace are invalid, too.
    name: 'untrusted',
    tests: 'untrusted',
    settings: {
      ...quietSettings,
      ...nonsense,
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
    },
    untrusted: true,
    open: sampleFolder,
  },
  { name: 'virtual', tests: 'virtual', settings: quietSettings, open: virtualWorkspace },
];

function sampleFolder(folder: string): string {
  const workspace = path.join(folder, 'workspace');
  cpSync(sampleWorkspace, workspace, { recursive: true });
  return workspace;
}

/** Opens a folder whose files come from a file system provider of the tests. */
function virtualWorkspace(folder: string): string {
  const file = path.join(folder, 'virtual.code-workspace');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ folders: [{ name: 'virtual', uri: 'memfs-test:/project' }] }));
  return file;
}
