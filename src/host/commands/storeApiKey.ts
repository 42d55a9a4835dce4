import * as vscode from 'vscode';
import { cleanApiKey } from '../../core/apiKey';
import type { BaseUrl } from '../../core/baseUrl';
import { checkUrl, enterApiKey, openSetting } from '../actions';
import { askForApiKey, doubtText, problemText } from '../apiKeyInput';
import { unusableBaseUrl } from '../baseUrlNotices';
import { lateProgress } from '../lateProgress';
import { toast } from '../toast';
import type { SetApiKeyDeps, SetApiKeyResult } from './setApiKey';

/** @param argument the key; without one the person is asked for it. Resolves as soon as it is stored or refused. */
export async function storeApiKey(deps: SetApiKeyDeps, argument: unknown): Promise<SetApiKeyResult> {
  const target = deps.settings.baseUrl();
  if ('error' in target) {
    toast(deps.log, 'error', unusableBaseUrl(target.error), [openSetting('holysheep.baseUrl')]);
    return { state: 'invalid' };
  }
  const input = typeof argument === 'string' ? argument : await askForApiKey(target.host);
  if (input === undefined) return { state: 'cancelled' };
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    toast(deps.log, 'error', problemText(cleaned.problem), [enterApiKey(vscode.l10n.t('Enter again'))]);
    return { state: 'invalid' };
  }
  await deps.demo.leave();
  return verifyAndStore(cleaned.key, target, deps);
}

const goodNewsMs = 8000;

async function verifyAndStore(key: string, target: BaseUrl, deps: SetApiKeyDeps): Promise<SetApiKeyResult> {
  const { keys, log } = deps;
  const { host, origin, url } = target;
  log.hide(key);
  const { verifyConnection } = await import('../verification');
  const title = vscode.l10n.t('Verifying the API key with {0}…', host);
  const result = await lateProgress(title, (token) => verifyConnection({ baseUrl: url, apiKey: key, host }, token));
  const doubt = doubtText(key, host);
  switch (result.state) {
    case 'verified': {
      await keys.set(origin, key);
      log.info(`key for ${host}: accepted, ${result.models.length} models`);
      const count = result.models.length;
      const message = vscode.l10n.t('The API key for {0} works and is stored. Models: {1}.', host, count);
      // Good news needs no answer, and a toast would lie over the panel's buttons.
      vscode.window.setStatusBarMessage(message, goodNewsMs);
      break;
    }
    case 'rejected': {
      log.warn(`key for ${host}: ${result.message}`);
      const advice = vscode.l10n.t('The key is not stored. Copy the whole key once more, or create a new one.');
      const message = [result.message, advice, doubt].filter(Boolean).join(' ');
      toast(log, 'error', message, [enterApiKey(vscode.l10n.t('Enter again'))]);
      break;
    }
    case 'unverified': {
      await keys.set(origin, key);
      log.warn(`key for ${host}: stored unverified: ${result.message}`);
      const stored = vscode.l10n.t("The API key for {0} is stored, but can't be verified now.", host);
      const test = {
        title: vscode.l10n.t('Test connection'),
        run: () => vscode.commands.executeCommand('holysheep.testConnection'),
      };
      toast(log, 'warning', [stored, result.message, doubt].filter(Boolean).join(' '), [test, checkUrl()]);
      break;
    }
    case 'cancelled':
      break;
  }
  return { state: result.state };
}
