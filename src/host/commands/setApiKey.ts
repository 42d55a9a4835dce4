import type { DemoMode } from '../demo/demoMode';
import type { KeyStore } from '../keyStore';
import type { Log } from '../log';
import type { Settings } from '../settings';
import type { Verification } from '../verification';
import type { Command } from './command';
import { storeApiKey } from './storeApiKey';

export interface SetApiKeyDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly log: Log;
}

/** `verified` and `unverified` keys are stored; otherwise the old one stays. `invalid`: nothing was asked. */
export interface SetApiKeyResult {
  readonly state: Verification['state'] | 'invalid';
}

/**
 * Optional argument: the key, or `{key, baseUrl}`; without it, a dialog asks for the key. Resolves as soon as the key
 * is stored or refused.
 */
export function setApiKeyCommand(deps: SetApiKeyDeps): Command {
  return {
    id: 'holysheep.setApiKey',
    execute: (argument) => storeApiKey(deps, argument),
  };
}
