import * as vscode from 'vscode';
import type { ProbeResult } from '../../engine/engine';
import type { HostNotice } from '../../shared/protocol';
import type { ErrorLog } from '../util/log';
import { resultWithin } from '../util/systemClock';
import { escapeIcons, plainMessage } from './messageText';
import { notices } from './notices';

type MessageKind = HostNotice['severity'];

export interface MessageAction {
  readonly title: string;
  readonly run: () => unknown;
}

// Only this file shows notifications, dialogs, input boxes and status bar messages, so that text from outside the
// extension is always escaped. Oxlint enforces this rule.

/** Shows a message with buttons and doesn't wait for the answer. */
export function showMessage(
  log: ErrorLog,
  kind: MessageKind,
  message: string,
  actions: readonly MessageAction[] = [],
  noticeKind: HostNotice['kind'] = 'message',
): void {
  const titles = actions.map(({ title }) => title);
  askUser(kind, message, titles, undefined, noticeKind)
    .then((title) => actions.find((action) => action.title === title)?.run())
    .then(undefined, log.error);
}

/**
 * Shows a message with buttons, and waits for the user's choice. While a panel is visible, the message is a notice above
 * its composer, because a notification would cover the composer's buttons.
 * @param detail further text. With this text, the message is a modal dialog.
 */
export function askUser(
  kind: MessageKind,
  message: string,
  titles: readonly string[],
  detail?: string,
  noticeKind: HostNotice['kind'] = 'question',
): Thenable<string | undefined> {
  const { showInformationMessage, showWarningMessage, showErrorMessage } = vscode.window;
  const show = { information: showInformationMessage, warning: showWarningMessage, error: showErrorMessage }[kind];
  const text = plainMessage(message);
  if (detail !== undefined) return show(text, { modal: true, detail }, ...titles);
  return notices.show({ kind: noticeKind, severity: kind, text, actions: titles }, () => show(text, ...titles));
}

const statusBarMessageMs = 5000;

/**
 * Shows a result in the status bar if the user need not respond. A status bar message covers nothing, but screen
 * readers don't read it.
 */
export function showInStatusBar(text: string): void {
  vscode.window.setStatusBarMessage(escapeIcons(plainMessage(text)), statusBarMessageMs);
}

interface TextBoxOptions extends vscode.InputBoxOptions {
  readonly prompt: string;
  readonly validateInput?: (text: string) => string | vscode.InputBoxValidationMessage | undefined;
}

export function askForText({ validateInput, ...options }: TextBoxOptions): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    ...options,
    prompt: plainMessage(options.prompt),
    validateInput: (text) => {
      const problem = validateInput?.(text);
      return typeof problem === 'object'
        ? { ...problem, message: plainMessage(problem.message) }
        : problem && plainMessage(problem);
    },
  });
}

export async function searchSettings(query: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', query);
}

/** Opens a page in the browser, after VS Code's own confirmation. Does nothing without a URL. */
export async function openPage(url: string | undefined): Promise<void> {
  if (url !== undefined) await vscode.env.openExternal(vscode.Uri.parse(url, true));
}

/** Actions after a fault that are the same in the panel and in VS Code's chat. */
export const commonFaultActions = {
  networkSettings: () => searchSettings('http.proxy'),
  showLog: () => vscode.commands.executeCommand('holysheep.showLog'),
  exportDiagnostics: () => vscode.commands.executeCommand('holysheep.exportDiagnostics'),
};

export function openSettingAction(id: string, title = vscode.l10n.t('Open settings')): MessageAction {
  return { title, run: () => searchSettings(`@id:${id}`) };
}

export function checkUrlAction(isBackup: boolean): MessageAction {
  return openSettingAction(isBackup ? 'holysheep.backupBaseUrls' : 'holysheep.baseUrl', vscode.l10n.t('Check URL'));
}

/**
 * Result of the command that sets an API key. The key was stored if the result is `verified` or `unverified`. If the
 * result is `invalid`, the key was rejected without a request.
 */
export interface SetApiKeyResult {
  readonly state: ProbeResult['state'] | 'invalid';
}

/**
 * Lets the user enter an API key.
 * @returns whether the key was stored
 * @param baseUrl base URL of the key's gateway. If the base URL is undefined and there are several gateways, the user
 * chooses the gateway.
 */
export async function enterApiKey(baseUrl?: string): Promise<boolean> {
  const argument = baseUrl === undefined ? [] : [{ baseUrl }];
  const { executeCommand } = vscode.commands;
  const result = await executeCommand<SetApiKeyResult | undefined>('holysheep.setApiKey', ...argument);
  return result?.state === 'verified' || result?.state === 'unverified';
}

/**
 * Lets the user add a gateway.
 * @returns whether a gateway was added
 */
export async function enterGateway(): Promise<boolean> {
  const result = await vscode.commands.executeCommand<{ readonly state: string } | undefined>('holysheep.addGateway');
  return result?.state === 'added';
}

export function enterApiKeyAction(baseUrl?: string, title = vscode.l10n.t('Set API key')): MessageAction {
  return { title, run: () => enterApiKey(baseUrl) };
}

export function itemButton(icon: string, tooltip: string): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon(icon), tooltip };
}

export function commandAction(title: string, command: string, ...args: readonly unknown[]): MessageAction {
  return { title, run: () => vscode.commands.executeCommand(command, ...args) };
}

export function openLogAction(): MessageAction {
  return commandAction(vscode.l10n.t('Show log'), 'holysheep.showLog');
}

export function testConnectionAction(baseUrl?: string): MessageAction {
  return commandAction(vscode.l10n.t('Test connection'), 'holysheep.testConnection', baseUrl);
}

export function networkSettingsAction(): MessageAction {
  return { title: vscode.l10n.t('Proxy and certificate settings'), run: commonFaultActions.networkSettings };
}

/**
 * Delay before progress is shown, in milliseconds. Work that ends sooner must not flash a message.
 */
const progressDelayMs = 500;

export async function withDelayedProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const result = work(abort.signal);
  const earlyResult = await resultWithin(progressDelayMs, result);
  if (earlyResult !== 'late') return earlyResult;
  const text = plainMessage(title);
  const actions = [vscode.l10n.t('Cancel')];
  const options = { location: vscode.ProgressLocation.Notification, title: text, cancellable: true };
  notices
    .show({ kind: 'progress', severity: 'information', text, actions }, () =>
      vscode.window.withProgress(options, async (_progress, token): Promise<undefined> => {
        token.onCancellationRequested(() => abort.abort());
        await result;
      }),
    )
    .then((action) => action && abort.abort())
    .catch(() => undefined);
  // The array identifies the notice, because other work with the same title might be in progress.
  return result.finally(() => notices.end((notice) => notice.actions === actions));
}
