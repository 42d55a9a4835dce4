import * as vscode from 'vscode';
import { isConnectionError, type Connection } from '../../engine/request';
import type { ConnectionView } from '../../shared/protocol';
import type { RequestDefaults } from '../conversation/turnRunner';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../diagnostics/log';
import { BaseUrlNotices, unusableBaseUrl } from '../settings/baseUrlNotices';
import type { Settings } from '../settings/settings';
import { Disposable } from '../util/disposable';
import { NoConnectionError } from '../util/userError';
import type { KeyStore } from './keyStore';

export interface ActiveConnection extends Connection {
  readonly origin: string;
  /** For people: `api.holysheep.ai`, `localhost:11434`. */
  readonly host: string;
  readonly demo: boolean;
}

export interface ConnectionDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly log: Log;
  /** Remembers which notices have been given; the extension's global state. */
  readonly memory: vscode.Memento;
}

const demoApiKey = 'hsa-demo';

/** Where requests go right now, with which key and which model. */
export class Connections extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  /** The URL, the key, the model or the demo changed. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly deps: ConnectionDeps) {
    super();
    const { settings, keys, demo } = deps;
    for (const source of [settings, keys, demo]) this.register(source.onDidChange(() => this.changeEmitter.fire()));
    this.register(new BaseUrlNotices(deps));
  }

  /** @throws NoConnectionError when the base URL of the settings can't be used, or the key can't be read. */
  current(): Promise<ActiveConnection> {
    const { baseUrl } = this.deps.demo;
    return baseUrl === undefined ? this.configured() : Promise.resolve(embeddedConnection(baseUrl));
  }

  /** The embedded gateway. @throws NoConnectionError when the demo is not active. */
  embedded(): Promise<ActiveConnection> {
    const { baseUrl } = this.deps.demo;
    if (baseUrl !== undefined) return Promise.resolve(embeddedConnection(baseUrl));
    const message = vscode.l10n.t('The offline demo is closed. Reopen it to send this prompt.');
    return Promise.reject(new NoConnectionError('base-url', message));
  }

  /** The user's own, whether or not the demo is active. @throws as `current`. */
  async configured(): Promise<ActiveConnection> {
    const { settings, keys } = this.deps;
    const baseUrl = settings.baseUrl();
    if ('error' in baseUrl) throw new NoConnectionError('base-url', unusableBaseUrl(baseUrl.error));
    const { url, origin, host } = baseUrl;
    return { baseUrl: url, origin, host, apiKey: await keys.get(origin), demo: false };
  }

  /** Returns the connection to the embedded gateway or to the user's own. @throws as `embedded` and `own` */
  select(demo: boolean): Promise<ActiveConnection> {
    return demo ? this.embedded() : this.configured();
  }

  /** As `current`; undefined: the base URL of the settings can't be used. */
  async currentIfUsable(): Promise<ActiveConnection | undefined> {
    const { demo, settings } = this.deps;
    return !demo.active && 'error' in settings.baseUrl() ? undefined : this.current();
  }

  /** Never rejects: the panel must be able to say what is wrong. @param demo as for `model` */
  async view(demo = this.deps.demo.active): Promise<ConnectionView> {
    const model = this.model(demo);
    const { settings, log } = this.deps;
    const baseUrl = settings.baseUrl();
    if (!demo && 'error' in baseUrl) {
      return { model, host: vscode.l10n.t('an invalid base URL'), hasKey: false, demo: false };
    }
    try {
      const connection = await this.select(demo);
      return { model, host: connection.host, hasKey: connection.apiKey !== undefined, demo: connection.demo };
    } catch (error) {
      log.error(error);
      // If the user sends a prompt, the turn fails with a card that gives the reason.
      const hasKey = isConnectionError(error) && error.connectionProblem === 'base-url' ? false : 'unreadable';
      return { model, host: 'error' in baseUrl ? '' : baseUrl.host, hasKey, demo: false };
    }
  }

  /** Hands over where requests go, now and after each change; a view that comes late never replaces a later one. */
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

  /** @param demo of the embedded gateway, or of the settings; by default of whatever answers now */
  model(demo = this.deps.demo.active): string {
    return demo ? this.deps.demo.model() : this.deps.settings.model();
  }

  /** Returns what a request takes from the settings. @param demo as for `model` */
  requestDefaults(demo: boolean): RequestDefaults {
    const { settings } = this.deps;
    return {
      model: this.model(demo),
      systemPrompt: settings.systemPrompt(),
      temperature: settings.temperature(),
      maxTokens: settings.maxTokens(),
    };
  }

  /** @param inDemo as for `model` */
  async selectModel(id: string, inDemo = this.deps.demo.active): Promise<void> {
    const { demo, settings } = this.deps;
    if (inDemo) demo.selectModel(id);
    else await settings.setModel(id);
  }
}

function embeddedConnection(baseUrl: string): ActiveConnection {
  const { origin, host } = new URL(baseUrl);
  return { baseUrl, origin, host, apiKey: demoApiKey, demo: true };
}
