import * as vscode from 'vscode';
import { routeName, usesPlainHttp } from '../../engine/gateway/baseUrl';
import { isConnectionError, type Connection, type Route } from '../../engine/request';
import type { ConnectionView } from '../../shared/protocol';
import type { RequestDefaults } from '../conversation/startTurn';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../util/log';
import { BaseUrlNotices, baseUrlErrorMessage } from './baseUrlNotices';
import type { Settings } from '../settings/settings';
import { Disposable } from '../util/disposable';
import { NoConnectionError } from '../util/userError';
import type { KeyStore } from './keyStore';
import { MissingKeyNotices } from './missingKeyNotices';

export interface ActiveConnection extends Connection {
  readonly origin: string;
  /**
   * Host name for messages, with the port if the URL has one, for example `api.holysheep.ai` or `localhost:11434`, and
   * with the path if another route has the same host.
   */
  readonly host: string;
  readonly demo: boolean;
  readonly backups?: readonly UsableRoute[] | undefined;
}

export interface ConnectionDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly log: Log;
  /** Global state of the extension, which stores which notices were already shown. */
  readonly memory: vscode.Memento;
}

/** A route in the settings, whether or not it has a key. */
export interface ConfiguredRoute {
  readonly baseUrl: string;
  readonly origin: string;
  /** Host name for messages, with the port if the URL has one, and with the path if another route has the same host. */
  readonly host: string;
  /** The key of the route; undefined if it has none or the key can't be read. A route without a key is not used. */
  readonly apiKey: string | undefined;
}

/** A route in the settings that has a key. */
export type UsableRoute = ConfiguredRoute & Route;

const demoApiKey = 'hsa-demo';

/** Provides the base URL, the API key and the model of the next request, from the settings or from the demo. */
export class Connections extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when the base URL, the API key, the model or the demo has changed. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly deps: ConnectionDeps) {
    super();
    const { settings, keys, demo } = deps;
    for (const source of [settings, keys, demo]) this.register(source.onDidChange(() => this.changeEmitter.fire()));
    this.register(new BaseUrlNotices(deps));
    this.register(new MissingKeyNotices(deps));
  }

  /**
   * Returns the connection to the demo while it is active, otherwise to the gateway in the settings.
   * @throws NoConnectionError when the base URL in the settings is invalid, or the key can't be read
   */
  current(): Promise<ActiveConnection> {
    const { baseUrl } = this.deps.demo;
    return baseUrl === undefined ? this.configured() : Promise.resolve(embeddedConnection(baseUrl));
  }

  /**
   * Returns the connection to the embedded gateway of the demo.
   * @param model the model of the request. Some scenarios have a backup route, which is a second embedded gateway.
   * @throws NoConnectionError when the demo is not active
   */
  async embedded(model?: string): Promise<ActiveConnection> {
    const { demo } = this.deps;
    const { baseUrl } = demo;
    if (baseUrl === undefined) {
      const message = vscode.l10n.t('The offline demo is closed. Reopen it to send this prompt.');
      throw new NoConnectionError('base-url', message);
    }
    const backup = model === undefined ? undefined : await demo.backupBaseUrl(model);
    return {
      ...embeddedConnection(baseUrl),
      ...(backup !== undefined && { backups: [embeddedConnection(backup)] }),
    };
  }

  /**
   * Returns the connection to the first route in the settings that has a key, with the other routes that have a key as
   * its backups, even while the demo is active. A backup route over plain HTTP does not take the place of an `https:`
   * base URL without a key. If there is no such route, returns the base URL in the settings without a key.
   * @throws NoConnectionError when the base URL in the settings is invalid, or the key can't be read
   */
  async configured(): Promise<ActiveConnection> {
    const routes = await this.routes();
    const [primary] = routes;
    const usable = routes.filter((route) => isUsable(route));
    const mustEncrypt = primary.baseUrl.startsWith('https:');
    const first = usable.find(({ baseUrl }) => !mustEncrypt || !usesPlainHttp(baseUrl)) ?? primary;
    const backups = usable.filter((route) => route !== first);
    return { ...first, demo: false, ...(backups.length > 0 && { backups }) };
  }

  /**
   * Returns all routes in the settings, the base URL first and then the backup routes.
   * @throws NoConnectionError as {@link configured} does
   */
  async routes(): Promise<readonly [primary: ConfiguredRoute, ...backups: ConfiguredRoute[]]> {
    const { settings, keys } = this.deps;
    const baseUrl = settings.baseUrl();
    if ('error' in baseUrl) throw new NoConnectionError('base-url', baseUrlErrorMessage(baseUrl.error));
    const { url, origin, host } = baseUrl;
    // Reads the keys at the same time, because this delays every attempt.
    const [apiKey, backups] = await Promise.all([keys.get(origin), this.readBackups()]);
    const primary = { baseUrl: url, origin, host, apiKey };
    return [
      withDistinctHost(primary, backups),
      ...backups.map((route) => withDistinctHost(route, [primary, ...backups])),
    ];
  }

  /** Returns the base URLs in the settings, in the order in which they are used, without invalid ones. */
  baseUrls(): readonly string[] {
    const primary = this.deps.settings.baseUrl();
    const backups = this.deps.settings.backupBaseUrls();
    return [...('error' in primary ? [] : [primary]), ...backups].map(({ url }) => url);
  }

  private readBackups(): Promise<readonly ConfiguredRoute[]> {
    const { settings, keys, log } = this.deps;
    return Promise.all(
      settings.backupBaseUrls().map(async ({ url, origin, host }) => {
        const apiKey = await keys.get(origin).catch((error: unknown) => {
          log.error(error);
          return undefined;
        });
        return { baseUrl: url, origin, host, apiKey };
      }),
    );
  }

  /**
   * Returns the connection to the demo or to the gateway in the settings.
   * @throws NoConnectionError as {@link embedded} and {@link configured} do
   */
  connectionFor(demo: boolean): Promise<ActiveConnection> {
    return demo ? this.embedded() : this.configured();
  }

  /**
   * Returns the same connection as {@link current}, but returns undefined instead of throwing when the base URL in the
   * settings is invalid.
   */
  async currentIfUsable(): Promise<ActiveConnection | undefined> {
    const { demo, settings } = this.deps;
    return !demo.active && 'error' in settings.baseUrl() ? undefined : this.current();
  }

  /**
   * Returns the connection in the form that the page shows. Never rejects, because the page must also show an unusable
   * connection.
   * @param demo whether to return the demo's connection. The default is true while the demo is active.
   */
  async view(demo = this.deps.demo.active): Promise<ConnectionView> {
    const model = this.model(demo);
    const { settings, log } = this.deps;
    const baseUrl = settings.baseUrl();
    if (!demo && 'error' in baseUrl) {
      return { model, host: vscode.l10n.t('an invalid base URL'), hasKey: false, demo: false };
    }
    try {
      const connection = await this.connectionFor(demo);
      const { host, apiKey, backups } = connection;
      return { model, host, hasKey: apiKey !== undefined, demo: connection.demo, backups: backups?.length };
    } catch (error) {
      log.error(error);
      // Returns the connection even if the API key can't be read, because the user can then still send a prompt, and
      // the failed turn shows the reason in a card.
      const hasKey = isConnectionError(error) && error.connectionProblem === 'base-url' ? false : 'unreadable';
      return { model, host: 'error' in baseUrl ? '' : baseUrl.host, hasKey, demo: false };
    }
  }

  /**
   * Calls `show` with the connection as the page shows it, and again after each change. `show` never gets an older
   * state of the connection after a newer one.
   */
  subscribe(show: (view: ConnectionView) => void): { dispose(): void } {
    let latest = 0;
    const update = (): void => {
      const update = ++latest;
      this.view().then(
        (view) => {
          if (update === latest) show(view);
        },
        (error: unknown) => this.deps.log.error(error),
      );
    };
    const changes = this.onDidChange(update);
    update();
    return {
      dispose: () => {
        latest++;
        changes.dispose();
      },
    };
  }

  /**
   * Returns the id of the selected model.
   * @param demo whether to return the demo's model. The default is true while the demo is active.
   */
  model(demo = this.deps.demo.active): string {
    return demo ? this.deps.demo.model() : this.deps.settings.model();
  }

  /**
   * Returns the request parameters that come from the settings.
   * @param demo whether the request goes to the demo
   */
  requestDefaults(demo: boolean): RequestDefaults {
    const { settings } = this.deps;
    return {
      model: this.model(demo),
      systemPrompt: settings.systemPrompt(),
      ...settings.requestParameters(),
    };
  }

  /**
   * Selects a model in the demo or in the settings.
   * @param inDemo whether to select it in the demo. The default is true while the demo is active.
   */
  async selectModel(id: string, inDemo = this.deps.demo.active): Promise<void> {
    const { demo, settings } = this.deps;
    if (inDemo) demo.selectModel(id);
    else await settings.setModel(id);
  }
}

/** Returns the route with a host that tells it apart from the other routes: with its path if they have the same host. */
function withDistinctHost(route: ConfiguredRoute, others: readonly ConfiguredRoute[]): ConfiguredRoute {
  const isShared = others.some(({ host, baseUrl }) => host === route.host && baseUrl !== route.baseUrl);
  return isShared ? { ...route, host: routeName(route.baseUrl) } : route;
}

function isUsable(route: ConfiguredRoute): route is UsableRoute {
  return route.apiKey !== undefined;
}

function embeddedConnection(baseUrl: string): ActiveConnection & Route {
  const { origin, host } = new URL(baseUrl);
  return { baseUrl, origin, host, apiKey: demoApiKey, demo: true };
}
