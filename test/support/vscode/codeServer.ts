import path from 'node:path';
import { writeLanguagePack } from './displayLanguage';
import { ensureVSCode } from './install';
import { serverEnvironment } from './serverEnvironment';
import { startServerProcess, type ServerProcess } from './serverProcess';

export interface CodeServerOptions {
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Display language, e.g. `zh-cn`; English by default. */
  readonly locale?: string | undefined;
}

export interface CodeServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly process: ServerProcess;
}

/** Installs a VSIX the way a person does on the command line. */
export async function installExtension(vsix: string, userDataFolder: string, extensionsFolder: string): Promise<void> {
  const { entry } = await ensureVSCode();
  const args = [...folders({ userDataFolder, extensionsFolder }), '--install-extension', vsix];
  const installation = startServerProcess(entry, args, serverEnvironment());
  await installation.match(/was successfully installed/);
  await installation.ended;
}

/**
 * The whole product on the loopback address, where webviews have their secure context; secrets work.
 * No authentication: it must never listen anywhere else.
 */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { entry } = await ensureVSCode();
  const { locale } = options;
  if (locale !== undefined) writeLanguagePack(options.userDataFolder, locale);
  const args = [
    ...folders(options),
    ...(locale === undefined ? [] : ['--locale', locale]),
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`],
    ...[
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ],
  ];
  const server = startServerProcess(entry, args, serverEnvironment(options.env));
  const [, url = ''] = await server.match(/HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/);
  return { url, process: server };
}

/** Address of the workbench with a folder open. */
export function workbenchUrl(server: CodeServer, folder: string): string {
  return `${server.url}/?${new URLSearchParams({ folder }).toString()}`;
}

function folders({ userDataFolder, extensionsFolder }: CodeServerOptions): readonly string[] {
  const config = path.join(userDataFolder, 'code-server.yaml');
  return ['--config', config, '--user-data-dir', userDataFolder, '--extensions-dir', extensionsFolder];
}
