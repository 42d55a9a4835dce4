import * as vscode from 'vscode';
import type { ChatFacts, HostFacts, ProxyFacts } from './diagnostics';
import { remoteKind } from './remoteKind';
import { choiceFrom } from '../settings/settingValues';

/** As VS Code has them; the first is the default. */
const proxySupport = ['override', 'fallback', 'on', 'off'] as const;

/** Looked for in both spellings. */
const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

export async function hostFacts(extension: string, extensionKind: vscode.ExtensionKind): Promise<HostFacts> {
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
    chat: await chatFacts(),
  };
}

/** Compared with what the API says: a build may have the one and not the other. */
async function chatFacts(): Promise<ChatFacts> {
  const { chat, lm } = vscode as Partial<Pick<typeof vscode, 'chat' | 'lm'>>;
  const commands = await vscode.commands.getCommands(true);
  return {
    view: commands.includes('workbench.action.chat.open'),
    participants: typeof chat?.createChatParticipant === 'function',
    modelProviders: typeof lm?.registerLanguageModelChatProvider === 'function',
  };
}

export function proxyFacts(): ProxyFacts {
  const http = vscode.workspace.getConfiguration('http');
  const isSet = (name: string): boolean => {
    const value: unknown = http.get(name);
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  };
  return {
    setting: isSet('proxy'),
    noProxy: isSet('noProxy'),
    authorization: isSet('proxyAuthorization'),
    support: choiceFrom(http.get('proxySupport'), proxySupport),
    strictSSL: http.get('proxyStrictSSL') !== false,
    systemCertificates: http.get('systemCertificates') !== false,
    environment: variables.filter((name) => process.env[name] || process.env[name.toLowerCase()]),
  };
}
