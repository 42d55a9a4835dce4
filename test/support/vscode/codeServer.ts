import path from 'node:path';
import { writeLanguagePack } from './displayLanguage';
import { startGuardedServer, type GuardedServer } from './guardedServer';
import { ensureVSCode } from './install';
import { serverEnvironment } from './serverEnvironment';
import { startServerProcess } from './serverProcess';

interface CodeServerOptions {
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** Folder that replaces VS Code's folder of built-in extensions. */
  readonly builtInExtensionsFolder?: string | undefined;
  /** Port to listen on, or 0 (the default) for a free port. */
  readonly port?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Display language, e.g. `zh-cn`; English by default. */
  readonly locale?: string | undefined;
}

/** Installs a VSIX from the command line. */
export async function installExtension(vsix: string, userDataFolder: string, extensionsFolder: string): Promise<void> {
  const { entry } = await ensureVSCode();
  const args = [...folders({ userDataFolder, extensionsFolder }), '--install-extension', vsix];
  const installation = startServerProcess(entry, args, serverEnvironment());
  await installation.match(/was successfully installed/);
  await installation.ended;
}

/**
 * Starts the complete product on the loopback address, where webviews have a secure context and secrets work. The
 * product's authentication is disabled, because the guard in front of it requires the token.
 */
export async function startCodeServer(options: CodeServerOptions): Promise<GuardedServer> {
  const { entry } = await ensureVSCode();
  const { locale, builtInExtensionsFolder: builtIns } = options;
  if (locale !== undefined) writeLanguagePack(options.userDataFolder, locale);
  return startGuardedServer({
    script: entry,
    args: (socketPath) => [
      ...folders(options),
      ...(locale === undefined ? [] : ['--locale', locale]),
      ...(builtIns === undefined ? [] : ['--builtin-extensions-dir', builtIns]),
      '--auth',
      'none',
      '--socket',
      socketPath,
      '--socket-mode',
      '600',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ],
    env: serverEnvironment(options.env),
    ready: /HTTP server listening on/,
    port: options.port,
  });
}

function folders({ userDataFolder, extensionsFolder }: CodeServerOptions): readonly string[] {
  const config = path.join(userDataFolder, 'code-server.yaml');
  return ['--config', config, '--user-data-dir', userDataFolder, '--extensions-dir', extensionsFolder];
}
