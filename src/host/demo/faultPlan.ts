import { createEngine } from '../../core/createEngine';
import type { EngineDeps } from '../../core/engine';
import type { StreamEvent } from '../../core/events';
import { noSharedCooldowns } from '../../core/network/sharedCooldowns';
import type { EngineSettings } from '../../core/settings';
import { demoScript, play, type ComposedFault, type GatewayRequest, type Script } from '../../demo/demo';
import { PlannedClock } from './plannedClock';
import { PlannedWire } from './plannedWire';

export interface PlanDeps extends Pick<EngineDeps, 'localize' | 'formatTime'> {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface PlannedRequest {
  readonly script: Script;
  readonly model: string;
  readonly settings: EngineSettings;
}

const model = 'demo-composed';

/** Chance in the middle of what it may be. */
const median = 0.5;

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing } as const;

/** What becomes of a turn that meets those faults, as its events tell it; those until then, where the signal fires. */
export async function planOf(
  faults: readonly ComposedFault[],
  settings: EngineSettings,
  deps: PlanDeps,
): Promise<readonly StreamEvent[]> {
  return plannedTurn({ script: demoScript(new Map([[model, { faults }]])), model, settings }, deps);
}

/** The engine itself says so, on the script of a gateway, in a time that does not have to be waited for. */
export async function plannedTurn(
  { script, model, settings }: PlannedRequest,
  { localize, formatTime, now, signal }: PlanDeps,
): Promise<readonly StreamEvent[]> {
  // The engine loads the SDK with its first request. The planned time must not pass meanwhile.
  await import('../../core/sdk');
  const clock = new PlannedClock(now);
  const pause = (ms: number, over: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      over.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });
  let requests = 0;
  const fetch: typeof globalThis.fetch = (_, init) => {
    const wire = new PlannedWire(init?.signal);
    const body = typeof init?.body === 'string' ? init.body : '{}';
    const json = JSON.parse(body) as NonNullable<GatewayRequest['json']>;
    const { closed } = wire;
    const place = { n: ++requests, method: 'POST', path: '/v1/chat/completions', headers: {} };
    const request: GatewayRequest = { ...place, body, json, at: clock.now(), closed };
    const fail = (error: unknown): void => wire.fail(error, 'server');
    play(script, request, wire, fail, pause).catch(fail);
    return wire.response;
  };
  const engine = createEngine({
    clock,
    random: () => median,
    fetch,
    log: silent,
    localize,
    formatTime,
    settings: () => settings,
    connection: () => Promise.resolve({ baseUrl: 'http://127.0.0.1/v1', apiKey: 'hsa-plan' }),
    cooldowns: noSharedCooldowns,
    userAgent: 'HolySheepPrompt/plan',
  });
  const turn = engine.stream({ model, messages: [{ role: 'user', content: 'retry' }] }, { signal });
  const events: StreamEvent[] = [];
  const followed = (async () => {
    for await (const event of turn) events.push(event);
  })();
  await clock.run(signal);
  turn.stop();
  await followed;
  return events;
}

function nothing(): void {
  // The plan is told by its events.
}
