import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { Connections } from '../connection/connections';
import type { DemoMode } from '../demo/demoMode';
import { parseChoice } from '../settings/settingValues';
import type { Settings } from '../settings/settings';
import { formatDiagnostics, type ChatSupport, type HostInfo, type ProxyInfo, remoteKind } from './diagnosticsText';
import type { Log } from './log';

interface DiagnosticsDeps {
  readonly engine: Pick<Engine, 'report'>;
  readonly settings: Settings;
  readonly connections: Connections;
  readonly demo: DemoMode;
  readonly log: Log;
  readonly version: string;
  readonly extensionKind: vscode.ExtensionKind;
}

/** Returns the diagnostics report as JSON: settings, proxy, recent turns and recent errors of this window. */
export async function createDiagnosticsReport({
  engine,
  settings,
  connections,
  demo,
  log,
  version,
  extensionKind,
}: DiagnosticsDeps): Promise<string> {
  const baseUrl = settings.baseUrl();
  const networkSettings = {
    origin: 'error' in baseUrl ? null : baseUrl.origin,
    baseUrlProblem: 'error' in baseUrl ? baseUrl.error : null,
    hasKey: await hasKey(connections, log),
    model: settings.model(),
    temperature: settings.temperature(),
    maxTokens: settings.maxTokens(),
    ...settings.engineSettings(),
  };
  const diagnostics = {
    time: Date.now(),
    host: await readHostInfo(version, extensionKind),
    settings: networkSettings,
    proxy: readProxyInfo(),
    demo: demo.active,
    engine: engine.report(),
    errors: log.errors(),
  };
  return formatDiagnostics(diagnostics, (text) => log.redact(text));
}

/**
 * Returns whether an API key is set. Returns null when the key can't be read, because the report must still be created.
 */
async function hasKey(connections: Connections, log: Log): Promise<boolean | null> {
  try {
    return (await connections.configured()).apiKey !== undefined;
  } catch (error) {
    log.error(error);
    return null;
  }
}

/** Values of VS Code's setting `http.proxySupport`. The first one is VS Code's default. */
const proxySupport = ['override', 'fallback', 'on', 'off'] as const;

/** Environment variables that affect the network, in upper case. Their lower-case names have the same effect. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

async function readHostInfo(extension: string, extensionKind: vscode.ExtensionKind): Promise<HostInfo> {
  const { appName, appHost, language, remoteName, uiKind } = vscode.env;
  return {
    extension,
    vscode: vscode.version,
    app: appName,
    appHost,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    language,
    remote: remoteKind(remoteName),
    ui: uiKind === vscode.UIKind.Web ? 'web' : 'desktop',
    extensionKind: extensionKind === vscode.ExtensionKind.UI ? 'ui' : 'workspace',
    trusted: vscode.workspace.isTrusted,
    folders: (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme),
    chat: await readChatSupport(),
  };
}

/** Checks VS Code's chat view and chat API separately, because a build of VS Code may have one without the other. */
async function readChatSupport(): Promise<ChatSupport> {
  const { chat, lm } = vscode as Partial<Pick<typeof vscode, 'chat' | 'lm'>>;
  const commands = await vscode.commands.getCommands(true);
  return {
    view: commands.includes('workbench.action.chat.open'),
    participants: typeof chat?.createChatParticipant === 'function',
    modelProviders: typeof lm?.registerLanguageModelChatProvider === 'function',
  };
}

function readProxyInfo(): ProxyInfo {
  const http = vscode.workspace.getConfiguration('http');
  const isSet = (name: string): boolean => {
    const value: unknown = http.get(name);
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  };
  return {
    setting: isSet('proxy'),
    noProxy: isSet('noProxy'),
    authorization: isSet('proxyAuthorization'),
    support: parseChoice(http.get('proxySupport'), proxySupport),
    strictSSL: http.get('proxyStrictSSL') !== false,
    systemCertificates: http.get('systemCertificates') !== false,
    environment: proxyVariables.filter((name) => process.env[name] || process.env[name.toLowerCase()]),
  };
}
