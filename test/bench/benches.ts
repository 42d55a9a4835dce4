import type { Bench } from './row';

/**
 * All benches in order. The first creates the production build, the VSIX and the engine. The others measure these and
 * import them only when they run.
 */
export const benches = {
  package: async () => {
    const { packageExtension } = await import('../support/vscode/package');
    await packageExtension();
    await (await import('./build')).buildEngine();
    return [];
  },
  tokens: async () => (await import('./cpuPerToken')).cpuPerToken(),
  hostPath: async () => (await import('./cpuPerToken')).wholeHostPerToken(),
  gateways: async () => (await import('./gatewayCost')).gatewayCost(),
  growth: async () => (await import('./growth')).growth(),
  firstToken: async () => (await import('./firstToken')).firstToken(),
  failover: async () => (await import('./failover')).failover(),
  stop: async () => (await import('./stopLatency')).stopLatency(),
  leftovers: async () => (await import('./leftovers')).leftovers(),
  hostHeap: async () => (await import('./hostHeap')).hostHeap(),
  activation: async () => (await import('./activation')).activation(),
  kills: async () => (await import('./kills')).lostByKills(),
  sizes: async () => (await import('./sizes')).sizes(),
  panel: async () => (await import('./panel')).panel(),
  pageHeap: async () => (await import('./pageHeap')).pageHeap(),
  compare: async () => (await import('./compare')).compare(),
  workbench: async () => (await import('./workbench')).workbench(),
  latency: async () => (await import('./tokenLatency')).tokenLatency(),
  renderer: async () => (await import('./renderer')).renderer(),
} as const satisfies Readonly<Record<string, Bench>>;

type BenchName = keyof typeof benches;

export function isBenchName(name: string): name is BenchName {
  return Object.hasOwn(benches, name);
}
