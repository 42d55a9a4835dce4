import { join } from 'node:path';
import * as vscode from 'vscode';
import { createEngine } from '../../engine/createEngine';
import type { Engine, EngineDeps, ProbeResult } from '../../engine/engine';
import type { EngineLog } from '../../engine/environment';
import { noSharedCooldowns } from '../../engine/gate/cooldowns';
import type { KeyRedactor } from '../../engine/gateway/keyRedactor';
import { prepareRequests } from '../../engine/http/transport';
import { factsOf } from '../../engine/models/modelFacts';
import type { Commands } from '../commands';
import type { HostWindow } from '../hostWindow';
import type { Settings } from '../settings/settings';
import { showInStatusBar } from '../ui/notifications';
import { Listeners } from '../util/listeners';
import { hostWords } from '../ui/words';
import { localize } from '../util/localization';
import { systemClock } from '../util/systemClock';
import { watchConnection } from './connectionWatch';
import { CooldownFiles } from './cooldownFiles';

export interface HostEngineDeps extends Pick<
  EngineDeps,
  'settings' | 'gateways' | 'isWindowFocused' | 'onGatewayChange' | 'onAttemptEnd' | 'onTurnEnd' | 'facts'
> {
  readonly log: EngineLog & { readonly keys: KeyRedactor };
  readonly version: string;
  readonly onProbe?: ((baseUrl: string, result: ProbeResult) => void) | undefined;
  /** Folder for files that all windows of this machine share. Without the folder, windows don't share cooldowns. */
  readonly storage?: string | undefined;
}

export type HostEngine = ReturnType<typeof createHostEngine>;

export function createHostEngine({ log, version, storage, onProbe, ...deps }: HostEngineDeps) {
  const cooldownChanges = new Listeners<void>((error) => log.warn(String(error)));
  const engine = createEngine({
    ...deps,
    clock: systemClock,
    random: Math.random,
    fetch: (input, init) => globalThis.fetch(input, init),
    watchConnection,
    log,
    keys: log.keys,
    localize,
    formatTime: (at) => hostWords().format.timeOfDay(at),
    onCooldownChange: () => cooldownChanges.fire(),
    cooldowns:
      storage === undefined
        ? noSharedCooldowns
        : new CooldownFiles(join(storage, 'cooldowns'), systemClock, (problem) => log.warn(problem)),
    userAgent: `HolySheepPrompt/${version}`,
  });
  /** Fires when a cooldown starts, changes or is cleared, but not when a cooldown expires. */
  const onDidChangeCooldown = cooldownChanges.event;
  const probe: Engine['probe'] = async (baseUrl, key, signal) => {
    const result = await engine.probe(baseUrl, key, signal);
    onProbe?.(baseUrl, result);
    return result;
  };
  return { ...engine, probe, onDidChangeCooldown };
}

interface EngineCommandDeps extends HostWindow {
  readonly engine: Engine;
  readonly userGateways: { readonly onDidChange: vscode.Event<void>; forget(): void };
  readonly settings: Settings;
  readonly catalog: { preload(): Promise<void>; askUnresponsive(): Promise<void>; forgetLists(): Promise<void> };
}

/** Time after the start of the extension when VS Code is expected to be idle, in milliseconds. */
const preparationDelayMs = 2000;

export function registerEngine({ register, userGateways, settings, engine, catalog, log }: EngineCommandDeps) {
  register(userGateways.onDidChange(() => engine.onGatewaysChanged()));
  register(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      engine.onWindowFocused();
      catalog.askUnresponsive().catch(log.error);
    }),
  );
  /** Loads in advance the data and connections that the first prompt would otherwise have to wait for. */
  const prepare = async (): Promise<void> => {
    factsOf(settings.model());
    const baseUrl = settings.baseUrl();
    if (!('error' in baseUrl)) await prepareRequests(baseUrl.url);
    await catalog.preload();
  };
  register({
    dispose: systemClock.callAfter(preparationDelayMs, () => void prepare().catch(log.error)),
  });
  return {
    /**
     * Ends all cooldowns and waits, and forgets what earlier requests have revealed about gateways. Users run this
     * command when they know that their rate limit was raised or that the gateway has recovered.
     */
    'holysheep.resetNetworkState': async () => {
      userGateways.forget();
      await Promise.all([engine.resetNetworkState(), catalog.forgetLists()]);
      log.info('The network state was reset.');
      showInStatusBar(vscode.l10n.t('Network state reset.'));
    },
  } satisfies Commands;
}
