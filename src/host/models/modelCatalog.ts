import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import { defaultModels } from '../../engine/gateway/modelList';
import { knownFacts, type FactsById } from '../../engine/models/listedFacts';
import type { ModelFacts } from '../../engine/models/modelFacts';
import { nearestModels } from '../../engine/models/nearestModels';
import type { Commands } from '../commands';
import type { ActiveConnection, Connections } from '../connection/connections';
import type { DemoMode } from '../connection/demoMode';
import type { KeyStore } from '../connection/keyStore';
import { probeMessage } from '../connection/testReport';
import type { Log } from '../util/log';
import type { HealthBook } from '../health/healthBook';
import type { Settings } from '../settings/settings';
import { textIn } from '../settings/userPrompts';
import { Disposable } from '../util/disposable';
import { recentModels } from './modelGroups';
import {
  pickModel,
  type ModelList,
  type ModelPick,
  type ModelPickOptions,
  type PickableModels,
  type RouteModels,
} from './modelPick';
import { createEssenceText } from './modelTexts';

const cacheLifetimeMs = 10 * 60_000;

interface ModelCatalogDeps {
  readonly settings: Pick<Settings, 'routes' | 'engineSettings' | 'modelOverrides'>;
  readonly connections: Connections;
  readonly keys: Pick<KeyStore, 'onDidChange'>;
  readonly engine: Pick<Engine, 'probe' | 'cooldownOf'>;
  readonly log: Log;
  readonly health: Pick<HealthBook, 'refresh' | 'records'>;
}

type GatewayList = Extract<ModelList, { source: 'gateway' }>;

type ListedRoute = Pick<ActiveConnection, 'baseUrl' | 'apiKey' | 'host'>;

/** Loads the model lists of gateways and caches each list for ten minutes. */
export class ModelCatalog extends Disposable {
  /** Model lists, keyed by the base URL of the gateway. `expiresAt` is a time of the monotonic clock, in milliseconds. */
  private readonly lists = new Map<string, { readonly list: Promise<ModelList>; readonly expiresAt: number }>();
  private readonly facts = new Map<string, FactsById | undefined>();
  private readonly lifetime = new AbortController();

  constructor(private readonly deps: ModelCatalogDeps) {
    super();
    // Another key may have access to other models.
    this.register(deps.keys.onDidChange(() => this.lists.clear()));
  }

  /** Starts to load the models of each route that has a key, or those of the demo. Never rejects. */
  async listRoutes(demo?: boolean): Promise<readonly RouteModels[]> {
    try {
      const { backups = [], ...connection } = await this.deps.connections.connectionFor(demo);
      return [connection, ...backups].map((route) => {
        const { origin, host, apiKey } = route;
        const cooldownEnd = (model: string): number | undefined =>
          this.deps.engine.cooldownOf({ origin, apiKey, model })?.until;
        return { origin, host, list: this.listOf(route), cooldownEnd };
      });
    } catch (error) {
      return [{ origin: '', host: '', list: Promise.resolve(this.listAfterError(error)) }];
    }
  }

  /** Never rejects. */
  async listOf(connection: ListedRoute): Promise<ModelList> {
    const { baseUrl } = connection;
    const cached = this.lists.get(baseUrl);
    if (cached && performance.now() < cached.expiresAt) return cached.list;
    const entry = {
      list: this.fetchList(connection).catch((error: unknown) => this.listAfterError(error)),
      expiresAt: performance.now() + cacheLifetimeMs,
    };
    this.lists.set(baseUrl, entry);
    const list = await entry.list;
    if (list.source === 'gateway') this.facts.set(baseUrl, list.facts);
    // The next call requests the model list again.
    if (list.source === 'default' && this.lists.get(baseUrl) === entry) this.lists.delete(baseUrl);
    return list;
  }

  /**
   * Returns what the user's settings, the list of the gateway and the table say about a model, in this order. Loads no
   * list, because a request must not wait for it.
   * @param baseUrl gateway of the request; by default the first one whose list is loaded
   * @param userModel the name that the user knows
   */
  factsOf(model: string, baseUrl?: string, userModel = model): ModelFacts | undefined {
    const { settings } = this.deps;
    const url = baseUrl ?? settings.routes().find((route) => this.facts.has(route.url))?.url ?? '';
    const facts = knownFacts(model, this.facts.get(url));
    const overrides = settings.modelOverrides([userModel, model]);
    return overrides ? { ...facts, ...overrides } : facts;
  }

  /** Returns no models if the list of the route, by default the first one, can't be loaded. Never rejects. */
  async nearestTo(model: string, origin: string | undefined): Promise<readonly string[]> {
    const list = await this.loadedList(origin);
    return list ? nearestModels(model, list.models, list.facts) : [];
  }

  /** Returns whether the list of the first route lacks a model but has another one. Never rejects. */
  async canReplace(missing: string, other: string): Promise<boolean> {
    const { models = [] } = (await this.loadedList()) ?? {};
    return !models.includes(missing) && models.includes(other);
  }

  async pick(): Promise<string | undefined> {
    return (await this.choose({}))?.model;
  }

  async pickOther(exclude: string | undefined, demo: boolean): Promise<string | undefined> {
    return (await this.choose({ title: vscode.l10n.t('Switch model'), exclude }, demo))?.model;
  }

  pickForPrompt(demo: boolean): Promise<ModelPick | undefined> {
    return this.choose({ offerOnce: true }, demo);
  }

  private choose(options: ModelPickOptions, demo?: boolean): Promise<ModelPick | undefined> {
    const { connections, health, settings } = this.deps;
    const load = async (fresh: boolean): Promise<PickableModels> => {
      if (fresh) this.lists.clear();
      const [routes] = await Promise.all([this.listRoutes(demo), health.refresh()]);
      const records = health.records();
      const essenceOf = createEssenceText(records);
      return {
        routes: routes.map((route) => ({
          ...route,
          essence: (model: string) => essenceOf(model, route.origin, route.cooldownEnd?.(model)),
        })),
        recent: recentModels(records, new Set(routes.map(({ origin }) => origin))),
      };
    };
    return pickModel(load, connections.model(demo), {
      ...options,
      fallbacks: settings.engineSettings().fallbackModels,
    });
  }

  private async loadedList(origin?: string): Promise<GatewayList | undefined> {
    const routes = await this.listRoutes(false);
    const list = await (routes.find((route) => route.origin === origin) ?? routes[0])?.list;
    return list?.source === 'gateway' ? list : undefined;
  }

  override dispose(): void {
    this.lifetime.abort();
    super.dispose();
  }

  private listAfterError(error: unknown): ModelList {
    this.deps.log.error(error);
    return createDefaultList(error instanceof Error ? error.message : String(error));
  }

  private async fetchList(connection: ListedRoute): Promise<ModelList> {
    const { engine, log } = this.deps;
    const result = await engine.probe(connection, this.lifetime.signal);
    if (result.state === 'cancelled') return createDefaultList(vscode.l10n.t('The request was canceled.'));
    if (result.state !== 'verified') {
      log.warn(`The model list could not be loaded: ${result.message}`);
      return createDefaultList(probeMessage(result));
    }
    const { models, facts, unusable } = result;
    if (unusable !== undefined) {
      log.warn(`${unusable} models are not offered, because of the characters in their names.`);
    }
    return models.length === 0
      ? createDefaultList(vscode.l10n.t('{0} lists no models.', connection.host))
      : { source: 'gateway', models, host: connection.host, facts };
  }
}

function createDefaultList(message: string): ModelList {
  return { source: 'default', models: defaultModels, message };
}

interface ModelCommandDeps {
  readonly connections: Pick<Connections, 'selectModel'>;
  readonly catalog: Pick<ModelCatalog, 'pick'>;
  readonly demo: Pick<DemoMode, 'active'>;
  readonly conversations: { readonly current?: { selectModel(model: string, demo: boolean): void } | undefined };
}

export function registerModels({ connections, catalog, conversations, demo }: ModelCommandDeps) {
  return {
    /** A waiting turn of the current conversation switches as well. Without an argument, the user chooses a model. */
    'holysheep.selectModel': async (argument) => {
      const model = textIn(argument) ?? (await catalog.pick());
      if (model === undefined) return undefined;
      conversations.current?.selectModel(model, demo.active);
      await connections.selectModel(model);
      return model;
    },
  } satisfies Commands;
}
