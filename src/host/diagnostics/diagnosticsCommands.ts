import * as vscode from 'vscode';
import type { Commands } from '../commands';
import { originOf } from '../../engine/gateway/baseUrl';
import { readKeyStates } from '../connection/gatewayPick';
import type { GatewayServices } from '../connection/userGateways';
import { readProxyInfo } from '../connection/proxySettings';
import { isHolySheep } from '../settings/knownGateways';
import { formatDiagnostics, remoteKind } from './diagnosticsText';
import { hostNameHider, positionName, requestedOrigins } from './hostNames';
import type { HostWindow } from '../hostWindow';

export function registerDiagnostics(deps: GatewayServices & HostWindow) {
  /** Opens the diagnostics report as an unsaved document, so that the user can read it before sharing it. */
  const exportDiagnostics = async (): Promise<string> => {
    const content = await createDiagnosticsReport(deps);
    const document = await vscode.workspace.openTextDocument({ language: 'json', content });
    await vscode.window.showTextDocument(document, { preview: false });
    return content;
  };
  return {
    'holysheep.showLog': () => deps.log.show(),
    'holysheep.exportDiagnostics': exportDiagnostics,
  } satisfies Commands;
}

/**
 * Returns the diagnostics report. In place of private host names and names of gateways, the report contains the
 * gateways' positions in the settings.
 */
async function createDiagnosticsReport(deps: GatewayServices & HostWindow): Promise<string> {
  const { engine, settings, userGateways, gatewaySets, log, version, context } = deps;
  const gateways = userGateways.all;
  const baseUrl = settings.baseUrl();
  const { temperature = null, maxTokens = null } = settings.requestParameters();
  const states = await readKeyStates(gateways);
  const summaries = states.map(({ gateway: { id, origin }, key }, index) => ({
    name: `gateway ${index + 1}`,
    key,
    isHttps: id.startsWith('https:'),
    isHolySheep: isHolySheep(origin),
  }));
  const networkSettings = {
    // The report contains only the origin of the base URL, because the path and the query can contain secrets.
    origin: 'error' in baseUrl ? null : originOf(baseUrl.url),
    gateways: summaries,
    baseUrlProblem: 'error' in baseUrl ? baseUrl.error : null,
    model: settings.model(),
    temperature,
    maxTokens,
    reasoningEffort: settings.reasoningEffort(),
    ...settings.engineSettings(),
  };
  const report = engine.report();
  const diagnostics = {
    time: Date.now(),
    host: await readHostInfo(version, context.extension.extensionKind),
    settings: networkSettings,
    proxy: readProxyInfo(),
    gatewaySet: gatewaySets.current.id,
    engine: report,
    errors: log.errors(),
  };
  const origins = gateways.map(({ origin }) => origin);
  const hideNames = hostNameHider(origins, requestedOrigins(report));
  return formatDiagnostics(
    diagnostics,
    (gateway) => positionName(gateway, gateways),
    (text) => hideNames(log.keys.redact(text)),
  );
}

/** Returns versions and properties of VS Code and the operating system. They identify neither the user nor any file. */
async function readHostInfo(extension: string, extensionKind: vscode.ExtensionKind) {
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

/** Returns whether VS Code has a chat view and a chat API. Some builds of VS Code have only one of them. */
async function readChatSupport() {
  const { chat, lm } = vscode as Partial<typeof vscode>;
  const commands = await vscode.commands.getCommands(true);
  return {
    view: commands.includes('workbench.action.chat.open'),
    participants: typeof chat?.createChatParticipant === 'function',
    modelProviders: typeof lm?.registerLanguageModelChatProvider === 'function',
  };
}
