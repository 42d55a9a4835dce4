import assert from 'node:assert/strict';
import type { GatewayRef } from '../../src/engine/events/events';
import { readKeys, type KeyedGateways } from '../../src/engine/gateway/gateway';
import { EngineWorld, type EngineRun } from './engineRun';
import { refused, ScriptedFetch, type Reply } from './scriptedFetch';
import { gatewaysFrom, type DescribedGateway, type DescribedGateways } from './testGateways';

export const primary: DescribedGateway = { baseUrl: 'https://primary.test/v1', apiKey: 'hsa-key-of-primary' };
export const backup: DescribedGateway = { baseUrl: 'https://backup.test/v1', apiKey: 'hsa-key-of-backup' };
export const third: DescribedGateway = { baseUrl: 'https://third.test/v1', apiKey: 'hsa-key-of-third' };

/** Replies to the requests for answers, in order, and to the probes. The last one is used for all further requests. */
type FakeGateway = readonly Reply[] | { readonly replies: readonly Reply[]; readonly probes: readonly Reply[] };

export type Options = Omit<ConstructorParameters<typeof EngineWorld>[0], 'replies'> & {
  readonly gateways?: readonly DescribedGateway[];
  readonly isKeyless?: boolean;
};

/** The engine with several gateways, one for each gateway, in virtual time. */
export class Gateways {
  readonly world: EngineWorld;
  private readonly answers = new Map<string, ScriptedFetch>();
  private readonly probes = new Map<string, ScriptedFetch>();
  gateways: readonly DescribedGateway[];
  private readonly isKeyless: boolean | undefined;

  constructor(
    fakes: Readonly<Record<string, FakeGateway>>,
    { gateways = [primary, backup], isKeyless, workspaceModels = [], ...options }: Options = {},
  ) {
    this.gateways = gateways;
    this.isKeyless = isKeyless;
    for (const [name, fake] of Object.entries(fakes)) {
      const { replies, probes } = 'replies' in fake ? fake : { replies: fake, probes: [refused] };
      this.answers.set(`${name}.test`, new ScriptedFetch(replies));
      this.probes.set(`${name}.test`, new ScriptedFetch(probes));
    }
    const fetch: typeof globalThis.fetch = (input, init) => {
      const { host, pathname } = new URL(input instanceof Request ? input.url : String(input));
      const wire = (pathname.endsWith('/models') ? this.probes : this.answers).get(host);
      assert.ok(wire, `no gateway at ${host}`);
      return wire.fetch(input, init);
    };
    const { deps, ...rest } = options;
    this.world = new EngineWorld({
      replies: [],
      random: () => 0,
      connection: () => Promise.resolve(this.connection()),
      workspaceModels,
      ...rest,
      deps: { fetch, ...deps },
    });
  }

  ask(options?: Parameters<EngineWorld['ask']>[0]): EngineRun {
    return this.world.ask(options);
  }

  requests(name: string): ScriptedFetch['requests'] {
    return this.answers.get(`${name}.test`)?.requests ?? [];
  }

  probesOf(name: string): ScriptedFetch['requests'] {
    return this.probes.get(`${name}.test`)?.requests ?? [];
  }

  /** The gateways with their keys, as a turn reads them. */
  keyed(): Promise<KeyedGateways> {
    return readKeys(gatewaysFrom(this.connection()));
  }

  private connection(): DescribedGateways {
    const [first, ...backups] = this.gateways;
    assert.ok(first);
    return { ...first, backups, isKeyless: this.isKeyless };
  }
}

/** Returns the switches of a turn as `from → to (reason)`. */
export function switches(run: EngineRun): readonly string[] {
  const nameOf = ({ id }: GatewayRef): string => new URL(id).host.replace('.test', '');
  return run.of('gateway').map(({ from, to, reason }) => `${nameOf(from)} → ${nameOf(to)} (${reason})`);
}
