import * as v from 'valibot';
import * as vscode from 'vscode';
import { cleanApiKey, isHolySheepHost, keyWarningFor, type ApiKeyProblem } from '../../engine/gateway/apiKey';
import { normalizeBaseUrl, type BaseUrl, type NormalizedBaseUrl } from '../../engine/gateway/baseUrl';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../util/log';
import { baseUrlErrorMessage } from './baseUrlNotices';
import type { Settings } from '../settings/settings';
import { joinSentences } from '../ui/messageText';
import {
  askForText,
  checkUrlAction,
  enterApiKeyAction,
  openSettingAction,
  showInStatusBar,
  withDelayedProgress,
  showToast,
  type ToastAction,
} from '../ui/notifications';
import { localize } from '../util/localization';
import { parseArgument } from '../util/schemas';
import type { KeyStore } from './keyStore';
import { noticeMissingModel } from './missingModelNotice';
import { distinctOrigins, pickRoute } from './routePick';
import { verifyConnection, type Verification } from './verification';

export interface SetApiKeyDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly log: Log;
}

/**
 * Result of `holysheep.setApiKey`. For `verified` and `unverified`, the key was stored. For all other states, the
 * previous key is still stored. `invalid` means that no request was sent, because the key or the base URL is invalid.
 */
export interface SetApiKeyResult {
  readonly state: Verification['state'] | 'invalid';
}

/**
 * Verifies and stores an API key. Resolves as soon as the key is stored or rejected.
 * @param argument the key, or the key and its base URL, from a keybinding or another extension. A message tells the
 * user when such a key has replaced another one. Without a key, the user is asked for it. Without a base URL, a key in
 * the argument is for the base URL in the settings, and a user who is asked for the key chooses the route first if the
 * settings have several.
 * @throws ArgumentError when the argument is invalid
 */
export async function storeApiKey(deps: SetApiKeyDeps, argument: unknown): Promise<SetApiKeyResult> {
  const parsed: SetApiKeyArgument = argument === undefined ? {} : parseSetApiKeyArgument(argument);
  const configured = deps.settings.baseUrl();
  const routes = [...('error' in configured ? [] : [configured]), ...deps.settings.backupBaseUrls()];
  const isArgument = parsed.key !== undefined;
  const target = isArgument ? (parsed.target ?? configured) : await chooseRoute(deps, routes, parsed.target);
  if (target === undefined) return { state: 'cancelled' };
  if ('error' in target) {
    showToast(deps.log, 'error', baseUrlErrorMessage(target.error), [openSettingAction('holysheep.baseUrl')]);
    return { state: 'invalid' };
  }
  const position = routes.findIndex(({ origin }) => origin === target.origin);
  const isInUse = position >= 0;
  const input = parsed.key ?? (await askForApiKey(target.host));
  if (input === undefined) return { state: 'cancelled' };
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    showToast(deps.log, 'error', apiKeyProblemMessage(cleaned.problem), isInUse ? [enterAgainAction(target)] : []);
    return { state: 'invalid' };
  }
  if (isInUse) await deps.demo.leave();
  return verifyAndStore(cleaned.key, target, deps, { isArgument, position });
}

/**
 * Returns the route that the user sets a key for, or the error of the base URL if it is invalid and there is no backup
 * route.
 * @param preferred the route to return without asking, unless the settings no longer have it
 */
async function chooseRoute(
  { settings, keys, log }: SetApiKeyDeps,
  routes: readonly BaseUrl[],
  preferred: BaseUrl | undefined,
): Promise<NormalizedBaseUrl | undefined> {
  // Compares origins, because routes of the same origin share the key, and callers may know only the origin.
  const known = routes.find(({ origin }) => origin === preferred?.origin);
  if (known) return known;
  const baseUrl = settings.baseUrl();
  if ('error' in baseUrl || routes.length < 2) return baseUrl;
  const choices = routes.map(async (route, position) => {
    // Treats an unreadable key as missing, because the user must be able to set it again.
    const key = await keys.get(route.origin).catch((error: unknown) => {
      log.error(error);
      return undefined;
    });
    return { ...route, position, hasKey: key !== undefined };
  });
  return pickRoute(distinctOrigins(await Promise.all(choices)), vscode.l10n.t('Set API key'));
}

function enterAgainAction({ url }: BaseUrl): ToastAction {
  return enterApiKeyAction(vscode.l10n.t('Enter the key again'), url);
}

const successMessageMs = 8000;

/**
 * @param position position of the route with the origin of `target` in the settings, where 0 is the base URL, or -1 if
 * there is none. The messages then have no buttons, because the buttons apply to the routes in the settings.
 */
async function verifyAndStore(
  key: string,
  target: BaseUrl,
  deps: SetApiKeyDeps,
  { isArgument, position }: { readonly isArgument: boolean; readonly position: number },
): Promise<SetApiKeyResult> {
  const isInUse = position >= 0;
  const { keys, log } = deps;
  const { host, origin, url } = target;
  log.redactSecret(key);
  const title = vscode.l10n.t('Verifying the API key with {0}…', host);
  const result = await withDelayedProgress(title, (token) =>
    verifyConnection({ baseUrl: url, apiKey: key, host }, log.keys, token),
  );
  const warning = keyWarning(key, host);
  switch (result.state) {
    case 'verified': {
      const isReplaced = isArgument && (await hasOtherKey(deps, origin, key));
      await keys.set(origin, key);
      if (isReplaced) {
        showToast(log, 'information', vscode.l10n.t('The API key for {0} was replaced.', host));
      }
      log.info(`API key for ${host}: accepted, ${result.models.length} models available.`);
      const count = result.models.length;
      const message = vscode.l10n.t('The API key for {0} works and was saved. Models available: {1}.', host, count);
      // Shows success in the status bar, because it needs no response and a notification would cover the panel's
      // buttons.
      showInStatusBar(message, successMessageMs);
      // Backup routes may lack the model, because a turn uses them only while the primary route is down.
      if (position === 0) noticeMissingModel(deps, host, result);
      break;
    }
    case 'rejected': {
      log.warn(`API key for ${host}: ${result.message}`);
      const advice = vscode.l10n.t('The key was not saved. Copy the whole key again, or create a new one.');
      const message = joinSentences(localize, [result.message, advice, warning]);
      showToast(log, 'error', message, isInUse ? [enterAgainAction(target)] : []);
      break;
    }
    case 'unverified': {
      const isReplaced = isArgument && (await hasOtherKey(deps, origin, key));
      await keys.set(origin, key);
      log.warn(`API key for ${host}: saved without verification: ${result.message}`);
      const outcome = isReplaced
        ? vscode.l10n.t("The API key for {0} was replaced, but the new key couldn't be verified.", host)
        : vscode.l10n.t("The API key for {0} was saved but couldn't be verified.", host);
      const test = {
        title: vscode.l10n.t('Test connection'),
        run: () => vscode.commands.executeCommand('holysheep.testConnection'),
      };
      const message = joinSentences(localize, [outcome, result.message, warning]);
      showToast(log, 'warning', message, isInUse ? [test, checkUrlAction(position > 0)] : []);
      break;
    }
    case 'cancelled':
      break;
  }
  return { state: result.state };
}

async function hasOtherKey({ keys, log }: SetApiKeyDeps, origin: string, key: string): Promise<boolean> {
  try {
    const stored = await keys.get(origin);
    return stored !== undefined && stored !== key;
  } catch (error) {
    // If the previous key can't be read, treats it as missing, because the new key must be stored even then.
    log.error(error);
    return false;
  }
}

/** The argument of `holysheep.setApiKey`, which contains a key, a base URL or both. */
interface SetApiKeyArgument {
  /** Without a key, the user is asked for it. */
  readonly key?: string;
  /** Base URL that the key is for. */
  readonly target?: BaseUrl;
}

/**
 * Parses the argument of `holysheep.setApiKey`.
 * @throws ArgumentError with a message that names the invalid property and contains no part of the key
 */
export function parseSetApiKeyArgument(argument: unknown): SetApiKeyArgument {
  const noBaseUrl = vscode.l10n.t('“baseUrl” must be a URL like https://api.holysheep.ai/v1.');
  const baseUrl = v.pipe(
    v.string(noBaseUrl),
    v.transform(normalizeBaseUrl),
    v.check((url) => !('error' in url), noBaseUrl),
    v.transform((url) => url as BaseUrl),
  );
  const expected = vscode.l10n.t(
    'holysheep.setApiKey expects an API key, or an object with a “key” property, a “baseUrl” property, or both.',
  );
  const schema = v.pipe(
    v.object(
      { key: v.optional(v.string(vscode.l10n.t('“key” must be a string.'))), baseUrl: v.optional(baseUrl) },
      expected,
    ),
    v.check(({ key, baseUrl: target }) => key !== undefined || target !== undefined, expected),
  );
  const { key, baseUrl: target } = parseArgument(schema, typeof argument === 'string' ? { key: argument } : argument);
  return { ...(key !== undefined && { key }), ...(target && { target }) };
}

/** Asks the user for an API key. Returns the typed text unchanged, or undefined if the user dismissed the input box. */
function askForApiKey(host: string): Thenable<string | undefined> {
  const isHolySheep = isHolySheepHost(host);
  return askForText({
    title: vscode.l10n.t('API key for {0}', host),
    prompt: isHolySheep
      ? vscode.l10n.t(
          "Get a key at https://www.holysheep.ai. It is kept in VS Code's secret storage and sent only to {0}.",
          host,
        )
      : vscode.l10n.t("The key is kept in VS Code's secret storage and sent only to {0}.", host),
    ...(isHolySheep && { placeHolder: 'hsa-…' }),
    password: true,
    ignoreFocusOut: true,
    validateInput: (input) => validateApiKey(input, host),
  });
}

function validateApiKey(input: string, host: string): vscode.InputBoxValidationMessage | undefined {
  if (input === '') return undefined;
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    return { message: apiKeyProblemMessage(cleaned.problem), severity: vscode.InputBoxValidationSeverity.Error };
  }
  const message = keyWarning(cleaned.key, host);
  return message === undefined ? undefined : { message, severity: vscode.InputBoxValidationSeverity.Warning };
}

function apiKeyProblemMessage(problem: ApiKeyProblem): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('No API key found in this text.');
    case 'has-spaces':
      return vscode.l10n.t("API keys don't contain spaces or line breaks. Copy the key again.");
    case 'too-long':
      return vscode.l10n.t('This is too long for an API key. Copy only the key.');
    case 'not-ascii':
      return vscode.l10n.t('The key contains an invalid character. Copy the key again.');
  }
}

/** Returns a warning about a key that looks wrong but can still be stored, or undefined if the key looks right. */
function keyWarning(key: string, host: string): string | undefined {
  switch (keyWarningFor(key, host)) {
    case undefined:
      return undefined;
    case 'not-a-holysheep-key':
      return vscode.l10n.t("HolySheep keys start with hsa-. This one doesn't.");
    case 'holysheep-key-elsewhere':
      return vscode.l10n.t('This looks like a HolySheep key, but the gateway is {0}.', host);
  }
}
