import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeResult } from '../../../src/engine/engine';
import type { Engine } from '../../../src/engine/engine';
import type { UserGateways } from '../../../src/host/connection/userGateways';
import type { GatewayDeps } from '../../../src/host/gateways/addGateway';
import type { SettingsManifest } from '../../../src/host/settings/settings';
import { root } from '../../support/paths';
import { FakeEditor, subscription } from '../../support/fakeEditor';
import { FakeGateways, openGateways, refusedConnection } from '../../support/host/fakeGateways';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as SettingsManifest;

export const primaryUrl = 'https://primary.example/v1';

/** A window with real settings, in which all gateways refuse connections unless `responds` is set. */
export class GatewayWindow {
  readonly editor = new FakeEditor();
  readonly gateways = new FakeGateways();
  /** The user settings. */
  values: Record<string, unknown> = {};
  keyless = new Set<string>();
  userGateways: UserGateways | undefined;
  /** The models that a gateway lists, or its result, by base URL, or by base URL and API key. */
  readonly responds = new Map<string, readonly string[] | ProbeResult>();
  probes: string[] = [];
  records: readonly object[] = [];
  down: readonly string[] = [];
  /** The reasoning efforts that the user has chosen, by model. */
  efforts: Readonly<Record<string, string>> = {};
  private readonly listeners: ((event: object) => void)[] = [];

  api(): object {
    const api = this.editor.api() as { readonly workspace: object };
    const inspect = (name: string): object => ({ globalValue: this.values[name] });
    const update = async (name: string, value: unknown): Promise<void> => {
      await new Promise(setImmediate);
      this.values = { ...this.values, [name]: value };
      for (const listener of this.listeners) listener({ affectsConfiguration: () => true });
    };
    const onDidChangeConfiguration = (listener: (event: object) => void): object => {
      this.listeners.push(listener);
      return subscription;
    };
    const get = (name: string): unknown => this.values[name];
    return {
      ...api,
      ConfigurationTarget: { Global: 1, Workspace: 2 },
      workspace: { onDidChangeConfiguration, getConfiguration: () => ({ get, inspect, update }) },
    };
  }

  reset(): void {
    this.editor.reset();
    [this.values, this.probes, this.records, this.down] = [{ baseUrl: primaryUrl }, [], [], []];
    this.efforts = {};
    this.listeners.length = 0;
    this.responds.clear();
    this.keyless.clear();
    this.gateways.remembered.clear();
    this.gateways.keys = new Map([['https://primary.example', 'key-0']]);
  }

  async deps(): Promise<GatewayDeps> {
    const { Settings } = await import('../../../src/host/settings/settings');
    const deps = await openGateways({
      ...this.gateways.deps(),
      settings: new Settings(manifest, this.gateways.deps().memory),
    });
    Object.assign(deps.keys, {
      isKeyless: (origin: string) => Promise.resolve(this.keyless.has(origin)),
      confirmKeyless: (origin: string) => Promise.resolve(void this.keyless.add(origin)),
    });
    this.userGateways = deps.userGateways;
    return {
      ...deps,
      engine: {
        probe: (...[baseUrl, key]: Parameters<Engine['probe']>) => {
          this.probes.push(`${baseUrl} ${key ?? 'without a key'}`);
          const models = this.responds.get(`${baseUrl} ${key}`) ?? this.responds.get(baseUrl) ?? refusedConnection();
          return Promise.resolve('state' in models ? models : { state: 'verified', models, ms: 1 });
        },
        report: () => ({ gateways: this.down.map((id) => ({ id, isDown: true })) }),
      },
      efforts: { levelOf: (model: string) => this.efforts[model] ?? 'default' },
      health: { refresh: () => Promise.resolve(), records: () => this.records },
      onError: (error: unknown) => {
        throw error;
      },
    } as unknown as GatewayDeps;
  }

  /** The titles and the questions of the lists that the user has seen. */
  shownLists(): readonly string[] {
    return this.editor.quickPicks.map(({ title, placeholder }) => `${title}: ${placeholder}`);
  }
}
