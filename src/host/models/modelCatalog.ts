import { numberIn, textIn } from '../../engine/json';
import * as vscode from 'vscode';
import { isLocalUrl } from '../../engine/gateway/baseUrl';
import { allowsRequests, readKeys, type Gateway } from '../../engine/gateway/gateway';
import { defaultModels, maxModels } from '../../engine/gateway/modelList';
import { knownFacts, type FactsById } from '../../engine/models/listedFacts';
import type { ModelFacts } from '../../engine/models/modelFacts';
import { nearestModels } from '../../engine/models/nearestModels';
import type { TurnRecord } from '../../engine/state/ledger';
import type { RecentModels } from '../../shared/protocol';
import type { GatewaySet, GatewaySets } from '../connection/gatewaySet';
import type { GatewayServices } from '../connection/userGateways';
import { probeMessage } from '../connection/testReport';
import type { HealthBook } from '../health/healthBook';
import { Disposable } from '../util/disposable';
import { resultWithin } from '../util/systemClock';
import { ModelMemory } from '../util/modelMemory';
import {
  pickModels,
  type ModelList,
  type ModelPick,
  type ModelPickOptions,
  type ModelSource,
  type PickableModels,
} from './modelPick';
import type { Commands } from '../commands';
import { recentModels } from './recentModels';
import { createEssenceText } from './modelTexts';

/** Key in VS Code's global state. The value lists the models of the user's last comparison. */
const comparedKey = 'holysheep.comparedModels';

const cacheLifetimeMs = 10 * 60_000;
/** Maximum time that a request waits for model lists after the gateways or keys have changed, in milliseconds. */
const maxListWaitMs = 250;
/**
 * Maximum time that a request waits for model lists after a gateway was added, in milliseconds. Without the model list
 * of the new gateway, prompts would go to another gateway.
 */
const maxNewListWaitMs = 2000;

interface ModelCatalogDeps extends GatewayServices {
  readonly memory: vscode.Memento;
  readonly health: HealthBook;
}

type GatewayList = Extract<ModelList, { source: 'gateway' }>;

/** Names of a gateway's models, and facts about the models, from a model list that was loaded. */
interface LoadedModels {
  readonly names: ReadonlySet<string>;
  facts: FactsById | undefined;
}

/**
 * The models of all gateways, facts about the models, and the lists in which the user chooses models. The model list of
 * a gateway is cached for ten minutes.
 */
export class ModelCatalog extends Disposable {
  /**
   * Cached model lists, keyed by the base URL of the gateway. `expiresAt` is a time of the monotonic clock, in
   * milliseconds.
   */
  private readonly cache = new Map<string, { readonly list: Promise<ModelList>; readonly expiresAt: number }>();
  /**
   * Models from the last model list of each gateway, keyed by base URL. They are kept when the cached model list
   * expires.
   */
  private readonly loaded = new Map<string, LoadedModels>();
  /**
   * Base URLs of backup gateways, keyed by model. If the user chose a model from the list of a backup gateway, prompts
   * go to that gateway even before its model list is loaded.
   */
  private readonly gatewayUrls: ModelMemory<string>;
  /** Context windows, in tokens, that gateways have stated when they refused a prompt. See `contextKey`. */
  private readonly learnedWindows: ModelMemory<number>;
  private readonly lifetime = new AbortController();
  /** Base URLs of the gateways at the time when the model lists were last loaded. */
  private previousUrls: readonly string[];
  /** Resolves when no model list is being loaded, or when loading takes too long. */
  listsLoaded: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: ModelCatalogDeps) {
    super();
    this.gatewayUrls = new ModelMemory(deps.memory, 'holysheep.gatewaysOfModels', textIn);
    this.learnedWindows = new ModelMemory(deps.memory, 'holysheep.contextWindows', numberIn);
    this.previousUrls = this.urls;
    this.register(deps.settings.onDidChange(() => this.preload()));
    // A new API key can give access to other models, so the model lists are loaded again.
    this.register(deps.keys.onDidChange(() => this.forgetLists()));
  }

  async pick(): Promise<string | undefined> {
    return (await this.choose(this.deps.gatewaySets.current, {}))?.[0]?.model;
  }

  /**
   * Lets the user choose another model.
   * @param exclude models that are not offered, such as the model that is answering
   * @param hasImages whether the prompt has images
   */
  async pickOther(exclude: readonly string[], set: GatewaySet, hasImages: boolean): Promise<string | undefined> {
    return (await this.choose(set, { title: vscode.l10n.t('Switch model'), exclude, hasImages }))?.[0]?.model;
  }

  async pickForPrompt(set: GatewaySet, hasImages: boolean): Promise<ModelPick | undefined> {
    return (await this.choose(set, { isForPrompt: true, hasImages }))?.[0];
  }

  /** Returns the models that the menus of a conversation offer. */
  async recent(set: GatewaySet): Promise<RecentModels> {
    const { gatewaySets, health, memory } = this.deps;
    if (set !== gatewaySets.own) return { used: [], compared: [] };
    await health.refresh();
    return {
      used: recentModels(health.records(), new Set(this.urls)),
      compared: memory.get<readonly string[]>(comparedKey, []),
    };
  }

  /**
   * Lets the user choose the models of a comparison. At first, the models of the last comparison are checked. Without
   * an earlier comparison, only the selected model is checked.
   */
  async pickCompared(set: GatewaySet): Promise<readonly string[] | undefined> {
    const { gatewaySets, memory } = this.deps;
    const current = set.model();
    const isOwn = set === gatewaySets.own;
    const checked = !isOwn ? [current] : memory.get<readonly string[]>(comparedKey, [current]);
    const picks = await this.choose(set, { checked });
    const models = picks?.flatMap(({ model }) => model ?? []);
    if (models && isOwn) await memory.update(comparedKey, models);
    return models;
  }

  private async choose(set: GatewaySet, options: ModelPickOptions): Promise<readonly ModelPick[] | undefined> {
    const { settings, log } = this.deps;
    const { fallbackModels: fallbacks } = settings.engineSettings();
    const source: ModelSource = {
      load: (fresh) => this.loadPickable(set, fresh),
      factsOf: (model, baseUrl) => this.factsOf(model, baseUrl),
    };
    const picks = await pickModels(source, set.model(), { ...options, fallbacks }, log);
    for (const pick of picks ?? []) await this.rememberGateway(pick);
    return picks;
  }

  private async rememberGateway({ model, gateway }: ModelPick): Promise<void> {
    const position = this.deps.userGateways.all.findIndex(({ id }) => id === gateway);
    if (model !== undefined && position >= 0)
      await this.gatewayUrls.remember(model, position === 0 ? undefined : gateway);
  }

  private async loadPickable(set: GatewaySet, fresh: boolean): Promise<PickableModels> {
    const { health, engine } = this.deps;
    if (fresh) this.cache.clear();
    const [gateways] = await Promise.all([this.listGateways(set), health.refresh()]);
    const records = health.records();
    const essenceOf = createEssenceText(records);
    return {
      gateways: gateways.map(({ gateway, key, list }) => ({
        gateway,
        list,
        essence: (model: string) =>
          gateway && essenceOf(model, gateway.id, engine.cooldownOf({ gateway: gateway.id, key, model })?.until),
      })),
      recent: recentModels(records, new Set(gateways.flatMap(({ gateway }) => gateway?.id ?? []))),
    };
  }

  /**
   * Loads the model lists if requests depend on them. With several gateways, a turn goes to a gateway whose list
   * contains the model. The list of a local server shows whether the server cuts long prompts. Never rejects.
   */
  async preload(): Promise<void> {
    const { urls, previousUrls } = this;
    this.previousUrls = urls;
    const limitMs = urls.every((url) => previousUrls.includes(url)) ? maxListWaitMs : maxNewListWaitMs;
    const asked = this.askUnresponsive();
    if (urls.length > 1 || urls.some(isLocalUrl)) {
      const lists = this.loadLists(false);
      // `listsLoaded` is set before the first `await`, so that a prompt that is sent now waits for these model lists.
      // The prompt also waits for the lists that earlier calls are loading.
      this.listsLoaded = Promise.all([this.listsLoaded, resultWithin(limitMs, lists)]);
      await lists;
    }
    await asked;
  }

  /** Forgets all model lists, and then loads the model lists that requests depend on. Never rejects. */
  async forgetLists(): Promise<void> {
    this.cache.clear();
    this.loaded.clear();
    await this.preload();
  }

  /**
   * Loads the model lists of unresponsive gateways, which have not responded since the user added them. Never rejects.
   */
  askUnresponsive(): Promise<void> {
    return this.loadLists(true);
  }

  /**
   * Loads the model lists of either all unresponsive or all other gateways. Never rejects. This method must not wait
   * for `listsLoaded`, because `listsLoaded` waits for this method.
   */
  private async loadLists(areUnresponsive: boolean): Promise<void> {
    const { userGateways } = this.deps;
    const gateways = userGateways.all.filter(({ id }) => userGateways.isUnresponsive(id) === areUnresponsive);
    const load = async (gateway: Gateway): Promise<void> => {
      const { type } = await gateway.key();
      if (allowsRequests(type)) await this.listOf(gateway);
    };
    await Promise.all(gateways.map(load));
  }

  /** Starts to load the model lists of those gateways in a set that have an API key or need no key. Never rejects. */
  async listGateways(set: GatewaySet) {
    try {
      const { primaryGateway, keys } = await readKeys(await set.gateways());
      const usableGateways = keys.size > 0 ? [...keys.keys()] : [primaryGateway];
      return usableGateways.map((gateway) => ({ gateway, key: keys.get(gateway), list: this.listOf(gateway) }));
    } catch (error) {
      return [{ gateway: undefined, key: undefined, list: Promise.resolve(this.listAfterError(error)) }];
    }
  }

  /**
   * Returns the model list of a gateway, from the cache if possible. If the list can't be loaded, returns a list with
   * the default models. Never rejects.
   */
  async listOf(gateway: Gateway): Promise<ModelList> {
    const { id } = gateway;
    const cached = this.cache.get(id);
    if (cached && performance.now() < cached.expiresAt) return cached.list;
    const entry = {
      list: this.fetchList(gateway).catch((error: unknown) => this.listAfterError(error)),
      expiresAt: performance.now() + cacheLifetimeMs,
    };
    this.cache.set(id, entry);
    const list = await entry.list;
    // If the cache contains a different entry, the model lists were cleared while this list was loaded, for example
    // after a change of the API key. This list is then outdated and is not stored.
    if (this.cache.get(id) !== entry) return list;
    if (list.source === 'gateway') this.keep(id, list);
    // The list is not cached, so that the next call requests it again.
    else this.cache.delete(id);
    return list;
  }

  /**
   * Returns whether a gateway has a model, or undefined if that is unknown. While the gateway's model list is not
   * loaded, the result depends on the list from which the user chose the model: true for the list of this gateway,
   * false for the list of a later gateway. This method loads no list, because a request must not wait for a list.
   */
  lists(baseUrl: string, model: string): boolean | undefined {
    const loaded = this.loaded.get(baseUrl);
    if (loaded?.names.has(listedName(model, loaded))) return true;
    // A list of the maximum length was probably truncated, so the gateway might have the model although the list lacks
    // the model.
    if (loaded) return loaded.names.size < maxModels ? false : undefined;
    const gateway = this.gatewayUrls.get(model);
    if (gateway === undefined) return undefined;
    const { urls } = this;
    const [position, chosenPosition] = [urls.indexOf(baseUrl), urls.indexOf(gateway)];
    return position < 0 || position > chosenPosition ? undefined : position === chosenPosition;
  }

  /**
   * Returns what is known about a model. The user's settings take precedence over the gateway's model list, and the
   * list over the built-in table. If the gateway has stated a context window that is smaller than that of the list or
   * the table, the smaller value is used.
   * @param baseUrl base URL of the gateway that gets the request; by default, the gateway that most probably has the
   * model
   * @param userModel the model's name in the settings, if the gateway uses a different name
   */
  factsOf(model: string, baseUrl?: string, userModel = model): ModelFacts | undefined {
    const { settings } = this.deps;
    const url = baseUrl ?? this.findLikelyGateway(model) ?? '';
    const loaded = this.loaded.get(url);
    const name = listedName(model, loaded);
    const baseFacts = knownFacts(name, loaded?.facts);
    // A vendor's price does not apply to a model that runs on the user's own computer.
    const facts =
      baseFacts?.price && isLocalUrl(url) ? { ...baseFacts, price: loaded?.facts?.get(name)?.price } : baseFacts;
    const overrides = settings.modelOverrides([userModel, model]);
    const tokens = this.learnedWindows.get(contextKey(url, userModel));
    const learned = tokens !== undefined && tokens < (facts?.contextWindow ?? Infinity) && { contextWindow: tokens };
    return learned || overrides ? { ...facts, ...learned, ...overrides } : facts;
  }

  /** Remembers the context window that a gateway has stated, until the gateway answers a longer prompt. */
  async rememberContextWindow({ attempts, contextTokens }: TurnRecord): Promise<void> {
    const attempt = attempts.at(-1);
    if (!attempt) return;
    const { gateway, model, userModel = model, end } = attempt;
    const key = contextKey(gateway.id, userModel);
    const knownWindow = this.learnedWindows.get(key);
    const wasExceeded = knownWindow !== undefined && (end?.promptTokens ?? 0) > knownWindow;
    if (knownWindow === contextTokens || (contextTokens === undefined && !wasExceeded)) return;
    await this.learnedWindows.remember(key, contextTokens);
    this.deps.userGateways.refresh();
  }

  /**
   * Asks Ollama for the context window of the model after a turn, because Ollama determines the context window when it
   * loads the model.
   */
  async refreshFacts({ attempts }: TurnRecord): Promise<void> {
    const { gateway: used, model = '' } = attempts.at(-1) ?? {};
    const loaded = used && this.loaded.get(used.id);
    const name = listedName(model, loaded);
    if (!loaded?.facts?.get(name)?.cutsLongPrompts) return;
    const gateway = this.deps.userGateways.all.find(({ id }) => id === used?.id);
    if (!gateway) return;
    const facts = await this.deps.engine.localFacts(
      gateway.id,
      (await gateway.key()).value,
      [name],
      this.lifetime.signal,
    );
    const previousWindow = loaded.facts.get(name)?.contextWindow;
    loaded.facts = mergeFacts(loaded.facts, facts);
    if (loaded.facts.get(name)?.contextWindow !== previousWindow) this.deps.userGateways.refresh();
  }

  /**
   * Returns models of a gateway with names similar to `model`. Returns an empty list if the gateway's model list can't
   * be loaded. Never rejects.
   * @param baseUrl base URL of the gateway; by default, the first gateway
   */
  async nearestTo(
    model: string,
    baseUrl: string | undefined,
    exclude: readonly string[] = [],
  ): Promise<readonly string[]> {
    const { models = [], facts } = (await this.loadedList(baseUrl)) ?? {};
    const offered = models.filter((other) => !exclude.includes(other));
    return nearestModels(model, offered, facts);
  }

  /**
   * Returns whether the first gateway's model list lacks the model `missing` but contains the model `other`. Never
   * rejects.
   */
  async canReplace(missing: string, other: string): Promise<boolean> {
    const { models = [] } = (await this.loadedList()) ?? {};
    return !models.includes(missing) && models.includes(other);
  }

  private get urls(): readonly string[] {
    return this.deps.userGateways.all.map(({ id }) => id);
  }

  private findLikelyGateway(model: string): string | undefined {
    const { urls } = this;
    return urls.find((url) => this.lists(url, model)) ?? urls.find((url) => this.loaded.has(url)) ?? urls[0];
  }

  private keep(baseUrl: string, { models, facts }: GatewayList): void {
    const { settings, userGateways } = this.deps;
    const selected = settings.model();
    const wasListed = this.lists(baseUrl, selected);
    this.loaded.set(baseUrl, { names: new Set(models), facts });
    if (this.lists(baseUrl, selected) !== wasListed) userGateways.refresh();
  }

  private async loadedList(baseUrl?: string): Promise<GatewayList | undefined> {
    const gateways = await this.listGateways(this.deps.gatewaySets.own);
    const list = await (gateways.find(({ gateway }) => gateway?.id === baseUrl) ?? gateways[0])?.list;
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

  private async fetchList(gateway: Gateway): Promise<ModelList> {
    const { engine, log, settings } = this.deps;
    const { id, label } = gateway;
    const { value: key } = await gateway.key();
    const result = await engine.probe(id, key, this.lifetime.signal);
    if (result.state === 'cancelled') return createDefaultList(vscode.l10n.t('The request was canceled.'));
    if (result.state !== 'verified') {
      log.warn(`The model list could not be loaded: ${result.message}`);
      return createDefaultList(probeMessage(result));
    }
    const { models, facts, skippedEntries } = result;
    if (skippedEntries !== undefined) {
      log.warn(`${skippedEntries} models are not offered, because of the characters in their names.`);
    }
    if (models.length === 0) return createDefaultList(vscode.l10n.t('{0} lists no models.', label));
    // Only local gateways are asked for further facts: Ollama and LM Studio report the facts through their own APIs, in
    // addition to the OpenAI API.
    if (!isLocalUrl(id)) return { source: 'gateway', models, facts };
    const selected = listedName(settings.model(), { names: new Set(models), facts });
    const ordered = models.toSorted((a, b) => Number(b === selected) - Number(a === selected));
    const local = await engine.localFacts(id, key, ordered, this.lifetime.signal);
    return { source: 'gateway', models, facts: mergeFacts(facts, local) };
  }
}

function contextKey(baseUrl: string, userModel: string): string {
  return `${baseUrl} ${userModel}`;
}

/** Returns the name under which a gateway lists a model. Ollama lists a model without a tag under the tag `latest`. */
function listedName(model: string, loaded: LoadedModels | undefined): string {
  const tagged = `${model}:latest`;
  return !loaded?.names.has(model) && loaded?.names.has(tagged) ? tagged : model;
}

function mergeFacts(listed: FactsById = new Map(), local: FactsById): FactsById {
  return new Map([
    ...listed,
    ...[...local].map(([model, facts]) => [model, { ...listed.get(model), ...facts }] as const),
  ]);
}

function createDefaultList(message: string): ModelList {
  return { source: 'default', models: defaultModels, message };
}

interface ModelCommandDeps {
  readonly gatewaySets: GatewaySets;
  readonly catalog: ModelCatalog;
  readonly conversations: { readonly current?: { selectModel(model: string, set: GatewaySet): void } | undefined };
}

export function registerModels({ gatewaySets, catalog, conversations }: ModelCommandDeps) {
  return {
    /**
     * Selects a model. If a turn of the current conversation is waiting, the turn switches to this model, too. Without
     * an argument, the user chooses the model.
     */
    'holysheep.selectModel': async (argument) => {
      const model = textIn(argument) ?? (await catalog.pick());
      if (model === undefined) return undefined;
      const set = gatewaySets.current;
      conversations.current?.selectModel(model, set);
      await set.selectModel(model);
      return model;
    },
  } satisfies Commands;
}
