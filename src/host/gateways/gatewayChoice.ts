import * as vscode from 'vscode';
import { hostOf, isLocalUrl, isLoopbackUrl, normalizeBaseUrl, usesPlainHttp } from '../../engine/gateway/baseUrl';
import type { GatewayServices } from '../connection/userGateways';
import type { GatewayEntry } from '../settings/gateways';
import { knownGateways, knownName } from '../settings/knownGateways';
import { gatewayProblemMessage } from '../settings/gatewayProblems';
import { joinNotes } from '../ui/messageText';
import { askForText } from '../ui/notifications';
import { pickFrom } from '../ui/quickPick';

interface Item extends vscode.QuickPickItem {
  /** Base URL of a known gateway, or undefined for the item *Other base URL*. */
  readonly baseUrl?: string;
}

/**
 * Lets the user choose a known gateway from a list, or enter a base URL.
 * @returns undefined if the user cancels
 */
export async function chooseGateway(deps: GatewayServices): Promise<GatewayEntry | undefined> {
  const configured = new Set(deps.userGateways.all.map(({ id }) => id));
  const running = new Set<string>();
  const closing = new AbortController();
  const list = pickFrom<Item>({
    title: vscode.l10n.t('Add gateway'),
    placeholder: vscode.l10n.t('Choose a gateway, or enter its base URL'),
    matchOnDescription: true,
    items: itemsOf(configured, running),
  });
  list.onClose(() => closing.abort());
  const lookUps = knownGateways
    .filter(({ baseUrl }) => isLoopbackUrl(baseUrl) && !configured.has(baseUrl))
    .map(async ({ baseUrl }) => {
      const { state } = await deps.engine.probe(baseUrl, undefined, closing.signal);
      // The request contains no API key. A local server that rejects the request is therefore also marked as running.
      if (state !== 'verified' && state !== 'rejected') return;
      running.add(baseUrl);
      list.setItems(itemsOf(configured, running), ({ baseUrl }) => baseUrl);
    });
  const [[item] = []] = await Promise.all([list.result, ...lookUps]);
  if (!item) return undefined;
  const url = item.baseUrl ?? (await askForBaseUrl(list.picker.value));
  return url === undefined ? undefined : { url, name: knownName(url) };
}

/** Lets the user change the base URL of a gateway. @returns undefined if the user cancels */
export async function editGateway({ url: previous, name }: GatewayEntry): Promise<GatewayEntry | undefined> {
  const url = await askForBaseUrl(previous);
  if (url === undefined) return undefined;
  // If the new base URL is that of a local server, the gateway keeps its name. The user has probably changed only the
  // port or the address.
  return { url, name: knownName(url) ?? (isLocalUrl(url) ? name : undefined) };
}

function itemsOf(configured: ReadonlySet<string>, running: ReadonlySet<string>): readonly Item[] {
  const item = ({ name, models, baseUrl }: (typeof knownGateways)[number]): Item => {
    const note = running.has(baseUrl) ? vscode.l10n.t('running') : models;
    const description = joinNotes(note, hostOf(baseUrl)) ?? '';
    return { baseUrl, label: running.has(baseUrl) ? `$(check) ${name}` : name, description };
  };
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const addedGateways = knownGateways.filter(({ baseUrl }) => configured.has(baseUrl));
  const gatewaysToAdd = knownGateways.filter((gateway) => !addedGateways.includes(gateway));
  return [
    ...gatewaysToAdd.filter(({ baseUrl }) => !isLoopbackUrl(baseUrl)).map(item),
    separator(vscode.l10n.t('On this computer')),
    ...gatewaysToAdd.filter(({ baseUrl }) => isLoopbackUrl(baseUrl)).map(item),
    separator(vscode.l10n.t('Others')),
    { label: `$(link) ${vscode.l10n.t('Other base URL…')}`, alwaysShow: true },
    ...(addedGateways.length > 0 ? [separator(vscode.l10n.t('Already added'))] : []),
    ...addedGateways.map(item),
  ];
}

/**
 * Asks the user for the base URL of a gateway.
 * @param typed initial text of the input box: the current base URL, or the text with which the user filtered the list
 * of gateways, which can be a URL
 */
async function askForBaseUrl(typed: string): Promise<string | undefined> {
  const text = await askForText({
    title: vscode.l10n.t('Add gateway'),
    prompt: vscode.l10n.t('Base URL of an OpenAI-compatible gateway, as in https://openrouter.ai/api/v1.'),
    placeHolder: 'https://',
    ...(/[.:]/.test(typed) && { value: typed }),
    ignoreFocusOut: true,
    validateInput: validateBaseUrl,
  });
  const baseUrl = normalizeBaseUrl(text ?? '');
  return 'error' in baseUrl ? undefined : baseUrl.url;
}

function validateBaseUrl(text: string): vscode.InputBoxValidationMessage | undefined {
  const { Error: error, Warning: warning, Info: info } = vscode.InputBoxValidationSeverity;
  const baseUrl = normalizeBaseUrl(text);
  if ('error' in baseUrl) {
    const message = gatewayProblemMessage(baseUrl.error, vscode.l10n.t('This text'));
    return baseUrl.error === 'empty' ? undefined : { message, severity: error };
  }
  const { url } = baseUrl;
  if (!usesPlainHttp(url)) return { message: vscode.l10n.t('Requests are sent to {0}.', url), severity: info };
  const message = vscode.l10n.t(
    'Requests to {0} use plain HTTP, so your API key and prompts can be intercepted. Use https:// if you can.',
    hostOf(url),
  );
  return { message, severity: warning };
}
