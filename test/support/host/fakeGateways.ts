import assert from 'node:assert/strict';
import type { Engine, ProbeResult } from '../../../src/engine/engine';
import { normalizeBaseUrl, type BaseUrl } from '../../../src/engine/gateway/baseUrl';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { gatewaysFor } from '../../../src/engine/gateway/gateway';
import type { TurnRecord } from '../../../src/engine/state/ledger';
import { GatewaySets } from '../../../src/host/connection/gatewaySet';
import type { ModelEfforts } from '../../../src/host/connection/modelEfforts';
import type { KeyStore } from '../../../src/host/connection/keyStore';
import type { Settings } from '../../../src/host/settings/settings';
import { readGateways } from '../../../src/host/settings/gateways';
import type { Log } from '../../../src/host/util/log';
import type { Memento } from 'vscode';
import { EventEmitter } from '../fakeEditor';
import { refOf } from '../gatewayRef';
import { fakeSet } from './fakeSets';
import { storeIn } from '../storeIn';

function valid(text: string): BaseUrl | undefined {
  const baseUrl = normalizeBaseUrl(text);
  return 'error' in baseUrl ? undefined : baseUrl;
}

/** The dependencies of the features that read, set and test gateways. */
interface GatewayDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly gatewaySets: GatewaySets;
  readonly isDemoOpen: () => boolean;
  readonly efforts: ModelEfforts;
  readonly engine: Engine;
  readonly log: Log;
  readonly memory: Memento;
  readonly nextAttempt: Engine['nextAttempt'];
  readonly onDidChangeCooldown: EventEmitter<void>['event'];
  readonly lists: (baseUrl: string, name: string) => boolean | undefined;
  readonly listsSettled: () => Promise<unknown>;
}

/** Settings and keys of several gateways, which tests can change. */
export class FakeGateways {
  private baseUrlText = 'https://primary.example/v1';
  private backupEntries: readonly unknown[] = [];
  /** The known model lists of gateways, by base URL. They are forgotten when a key is stored. */
  lists = new Map<string, readonly string[]>();
  model = 'model-1';
  /** Models that only the settings of the workspace name. */
  workspaceModels: ReadonlySet<string> = new Set();
  keys = new Map<string, string>();
  /** Origins of which the user has confirmed that they need no key. */
  keylessOrigins = new Set<string>();
  isKeyringLocked = false;
  demoActive = false;
  hasLeftDemo = false;
  logged: unknown[] = [];
  /** The result of the next probes. */
  probeResult: ProbeResult = { state: 'verified', models: ['model-1'], ms: 1 };
  /** The base URLs and keys of all probes. */
  probes: (readonly [baseUrl: string, apiKey: string | undefined])[] = [];
  /** Origins whose backup gateways were removed from the settings or restored. */
  removals: string[] = [];
  /** Global state of the extension, which all windows of a test share. */
  readonly remembered = new Map<string, unknown>();
  private readonly settingsChange = new EventEmitter<void>();
  private readonly keyChange = new EventEmitter<void>();
  private readonly cooldownChange = new EventEmitter<void>();

  get baseUrl(): string {
    return this.baseUrlText;
  }

  set baseUrl(text: string) {
    this.baseUrlText = text;
    this.changeSettings();
  }

  get backups(): readonly unknown[] {
    return this.backupEntries;
  }

  set backups(entries: readonly unknown[]) {
    this.backupEntries = entries;
    this.changeSettings();
  }

  changeSettings(): void {
    this.settingsChange.fire();
  }

  changeKeys(): void {
    this.keyChange.fire();
  }

  changeCooldowns(): void {
    this.cooldownChange.fire();
  }

  deps(): GatewayDeps {
    const { settingsChange, keyChange, cooldownChange, remembered } = this;
    const access = <T>(value: () => T): Promise<T> =>
      this.isKeyringLocked
        ? Promise.reject(Object.assign(new Error('The keyring is locked.'), { connectionProblem: 'keyring' }))
        : Promise.resolve(value());
    const get = (origin: string): Promise<string | undefined> => access(() => this.keys.get(origin));
    const lists = (baseUrl: string, model: string) => this.lists.get(baseUrl)?.includes(model);
    return {
      memory: storeIn(remembered),
      settings: {
        onDidChange: settingsChange.event,
        baseUrl: () => normalizeBaseUrl(this.baseUrl),
        baseUrlText: () => this.baseUrl,
        gateways: () => readGateways(this.backups, valid(this.baseUrl)),
        removeBackupBaseUrls: (origin: string) => {
          this.removals.push(`remove ${origin}`);
          return Promise.resolve(() => Promise.resolve(void this.removals.push(`undo ${origin}`)));
        },
        model: () => this.model,
        setModel: (model: string) => Promise.resolve(void (this.model = model)),
        chooseModel: (model: string) => Promise.resolve(void (this.model = model)),
        isWorkspaceModel: (model: string) => this.workspaceModels.has(model),
      },
      lists,
      nextAttempt: (...[model, keyed]: Parameters<Engine['nextAttempt']>) => ({
        gateway: gatewaysFor({ model, isOfWorkspace: this.workspaceModels.has(model) }, keyed)[0],
      }),
      onDidChangeCooldown: cooldownChange.event,
      listsSettled: () => Promise.resolve(),
      keys: {
        onDidChange: keyChange.event,
        get,
        getIfReadable: (origin: string) => get(origin).catch(() => undefined),
        set: (origin: string, key: string) =>
          access(() => {
            this.keys.set(origin, key);
            this.lists.clear();
          }),
        delete: (origin: string) => access(() => void this.keys.delete(origin)),
        isKeyless: (origin: string) => Promise.resolve(this.keylessOrigins.has(origin)),
      },
      gatewaySets: { useOwn: () => Promise.resolve(void (this.hasLeftDemo = true)) },
      isDemoOpen: () => this.demoActive,
      efforts: { levelOf: () => 'default', viewOf: () => undefined },
      engine: {
        cooldownOf: () => undefined,
        localFacts: () => Promise.resolve(new Map()),
        probe: (...[baseUrl, key]: Parameters<Engine['probe']>) => {
          this.probes.push([baseUrl, key]);
          return Promise.resolve(this.probeResult);
        },
      },
      log: {
        keys: new KeyRedactor(),
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: (problem: unknown) => void this.logged.push(problem),
      },
    } as unknown as GatewayDeps;
  }
}

/** Adds the gateways of a window to its dependencies. */
export async function openGateways<Deps extends GatewayDeps>(deps: Deps) {
  const { UserGateways } = await import('../../../src/host/connection/userGateways');
  const { createOwnSet } = await import('../../../src/host/connection/ownSet');
  const userGateways = new UserGateways(deps);
  const { nextAttempt, onDidChangeCooldown, isDemoOpen, log } = deps;
  const engine = { run: () => assert.fail(), nextAttempt, reasoningFor: () => ({ fields: {} }), onDidChangeCooldown };
  const own = createOwnSet({ ...deps, userGateways, engine });
  const demo = { ...fakeSet({ id: 'demo', isOpen: isDemoOpen() }), close: () => deps.gatewaySets.useOwn() };
  return { ...deps, userGateways, own, gatewaySets: new GatewaySets(own, demo, log) };
}

/** Returns a turn in which a gateway refused a request without a key. */
export function refusedTurn(origin: string): TurnRecord {
  return { attempts: [{ gateway: refOf(origin), end: { row: 'noKey' } }] } as unknown as TurnRecord;
}

/** Returns the result of a probe that failed although the gateway responded. */
export function failedProbe(
  state: 'rejected' | 'unverified',
  fields: Partial<Extract<ProbeResult, { state: 'rejected' | 'unverified' }>> = {},
): ProbeResult {
  const [kind, row, status] =
    state === 'rejected' ? (['auth', 'keyRejected', 401] as const) : (['server', 'serverError', 500] as const);
  return { state, ms: 1, kind, row, status, message: 'It failed.', detail: '', actions: [], ...fields };
}

/** Returns the result of a probe of a gateway that does not run. */
export function refusedConnection(): ProbeResult {
  return failedProbe('unverified', { kind: 'connection', row: 'connectionRefused', status: undefined });
}
