import * as v from 'valibot';
import * as vscode from 'vscode';
import { cleanApiKey, isHolySheepHost, keyWarningFor, type ApiKeyProblem } from '../../engine/gateway/apiKey';
import { normalizeBaseUrl, type BaseUrl } from '../../engine/gateway/baseUrl';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../diagnostics/log';
import { baseUrlErrorMessage } from '../settings/baseUrlNotices';
import type { Settings } from '../settings/settings';
import { joinSentences } from '../ui/messageText';
import {
  checkUrlAction,
  enterApiKeyAction,
  openSettingAction,
  withDelayedProgress,
  showToast,
  type ToastAction,
} from '../ui/notifications';
import { localize } from '../util/localization';
import { parseArgument } from '../util/schemas';
import type { KeyStore } from './keyStore';
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
 * user when such a key has replaced another one. Without an argument, the user is asked for the key.
 * @throws ArgumentError when the argument is invalid
 */
export async function storeApiKey(deps: SetApiKeyDeps, argument: unknown): Promise<SetApiKeyResult> {
  const parsed = argument === undefined ? undefined : parseSetApiKeyArgument(argument);
  const configured = deps.settings.baseUrl();
  const target = parsed?.target ?? configured;
  if ('error' in target) {
    showToast(deps.log, 'error', baseUrlErrorMessage(target.error), [openSettingAction('holysheep.baseUrl')]);
    return { state: 'invalid' };
  }
  const isInUse = !('error' in configured) && configured.origin === target.origin;
  const input = parsed ? parsed.key : await askForApiKey(target.host);
  if (input === undefined) return { state: 'cancelled' };
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    showToast(deps.log, 'error', apiKeyProblemMessage(cleaned.problem), isInUse ? [enterAgainAction()] : []);
    return { state: 'invalid' };
  }
  if (isInUse) await deps.demo.leave();
  return verifyAndStore(cleaned.key, target, deps, { isArgument: parsed !== undefined, isInUse });
}

function enterAgainAction(): ToastAction {
  return enterApiKeyAction(vscode.l10n.t('Enter the key again'));
}

const successMessageMs = 8000;

/**
 * @param isInUse whether `target` has the origin of the base URL in the settings. Otherwise the messages have no
 * buttons, because the buttons apply to that base URL.
 */
async function verifyAndStore(
  key: string,
  target: BaseUrl,
  deps: SetApiKeyDeps,
  { isArgument, isInUse }: { readonly isArgument: boolean; readonly isInUse: boolean },
): Promise<SetApiKeyResult> {
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
      vscode.window.setStatusBarMessage(message, successMessageMs);
      break;
    }
    case 'rejected': {
      log.warn(`API key for ${host}: ${result.message}`);
      const advice = vscode.l10n.t('The key was not saved. Copy the whole key again, or create a new one.');
      const message = joinSentences(localize, [result.message, advice, warning]);
      showToast(log, 'error', message, isInUse ? [enterAgainAction()] : []);
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
      showToast(log, 'warning', message, isInUse ? [test, checkUrlAction()] : []);
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

interface SetApiKeyArgument {
  readonly key: string;
  /** Base URL that the key is for. The default is the base URL in the settings. */
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
  const schema = v.object(
    { key: v.string(vscode.l10n.t('“key” must be a string.')), baseUrl: v.optional(baseUrl) },
    vscode.l10n.t('holysheep.setApiKey expects an API key, or an object with a “key” property.'),
  );
  const { key, baseUrl: target } = parseArgument(schema, typeof argument === 'string' ? { key: argument } : argument);
  return target ? { key, target } : { key };
}

/** Asks the user for an API key. Returns the typed text unchanged, or undefined if the user dismissed the input box. */
function askForApiKey(host: string): Thenable<string | undefined> {
  const isHolySheep = isHolySheepHost(host);
  return vscode.window.showInputBox({
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
