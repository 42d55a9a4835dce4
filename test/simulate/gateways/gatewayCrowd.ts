import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { connectTimeoutMs } from '../../../src/engine/gate/networkCheck';
import { originOf } from '../../../src/engine/gateway/baseUrl';
import { latencyRanges } from '../crowd';
import type { Refusal } from '../gateway';
import { between, randomNumbers } from '../../support/randomNumbers';
import type { WindowOptions } from '../strategies/ours';
import type { Question, Strategy } from '../strategies/strategy';
import { World } from '../world';
import { SharedOutages } from './sharedOutages';
import type { DescribedGateway } from '../../support/testGateways';

/** How connections through the primary gateway fail while it is dark. A timeout means that no packet gets through. */
export type Darkness = Extract<Refusal['status'], 'refused' | 'timeout'>;

/** The primary gateway is dark once in each period, in this range of the period, in milliseconds. */
const period = { ms: 120_000, darkFrom: 60_000, darkUntil: 90_000 } as const;
/** Number of periods. Each client asks one question in each of them. */
const periods = 5;
/** Time after which `fetch` abandons a connection attempt, in milliseconds. */
const fetchTimeoutMs = 10_000;

export const primary: DescribedGateway = { baseUrl: 'https://primary.test/v1', apiKey: 'hsa-simulated-primary' };
export const backup: DescribedGateway = { baseUrl: 'https://backup.test/v1', apiKey: 'hsa-simulated-backup' };

/** A crowd of clients whose primary gateway goes dark. */
export interface GatewayCrowd {
  /** How the primary gateway fails, or undefined if it never does. */
  readonly darkness: Darkness | undefined;
  readonly clients: number;
  readonly seed: number;
  /** Returns the strategy of a window. Its network checks use the given `fetch`. */
  readonly strategy: (options: Required<Pick<WindowOptions, 'fetch' | 'cooldowns'>>) => Strategy;
  readonly windows: Windows;
}

/** All clients share a window, or each has a window on the same computer or on a computer of its own. */
export type Windows = 'one' | 'several' | 'separate';

/** The result of one simulated crowd. */
export interface GatewayCrowdRun {
  readonly questions: number;
  /** Times from each answered question to the headers of its answer, in milliseconds. */
  readonly answerTimes: readonly number[];
  /** Requests for answers: their times in milliseconds, and whether they went through the backup gateway. */
  readonly calls: readonly { readonly at: number; readonly isBackup: boolean }[];
}

/** Returns whether the primary gateway is dark at a time in milliseconds. */
export function isDarkAt(time: number): boolean {
  const timeInPeriod = time % period.ms;
  return timeInPeriod >= period.darkFrom && timeInPeriod < period.darkUntil;
}

/** Simulates a crowd. The backup gateway never fails. @throws if a question never ends */
export async function simulateGatewayCrowd({
  darkness,
  clients,
  seed,
  strategy,
  windows,
}: GatewayCrowd): Promise<GatewayCrowdRun> {
  const world = new World();
  const wire = randomNumbers(seed + 1e6);
  const random = randomNumbers(seed + 2e6);
  const calls: { at: number; isBackup: boolean }[] = [];
  const answerTimes: number[] = [];
  let ended = 0;
  const refusalOf = (isBackup: boolean): Refusal | undefined =>
    darkness && !isBackup && isDarkAt(world.monotonicNow()) ? { status: darkness } : undefined;
  const latencyOf = (refusal: Refusal | undefined, timeoutMs: number): number =>
    refusal?.status === 'timeout' ? timeoutMs : between(wire, refusal ? latencyRanges.refusal : latencyRanges.headers);
  const probe: typeof fetch = (url, init) =>
    new Promise((resolve, reject) => {
      const { origin } = new URL(url instanceof Request ? url.url : url);
      const refusal = refusalOf(origin === originOf(backup.baseUrl));
      const fail = (): void => reject(new TypeError('fetch failed'));
      init?.signal?.addEventListener('abort', fail);
      world.callAfter(latencyOf(refusal, fetchTimeoutMs), () =>
        refusal ? fail() : resolve(new Response(null, { status: 401 })),
      );
    });
  const question = (): Question => {
    const askedAt = world.monotonicNow();
    return {
      send: (answered, { baseUrl, canSwitchGateway } = { baseUrl: primary.baseUrl, canSwitchGateway: false }) => {
        const isBackup = baseUrl === backup.baseUrl;
        calls.push({ at: world.monotonicNow(), isBackup });
        const refusal = refusalOf(isBackup);
        world.callAfter(latencyOf(refusal, canSwitchGateway ? connectTimeoutMs : fetchTimeoutMs), () =>
          answered(refusal),
        );
      },
      succeeded: () => {
        ended++;
        answerTimes.push(world.monotonicNow() - askedAt);
        return between(wire, latencyRanges.stream);
      },
      failed: () => {
        ended++;
      },
    };
  };
  const computer = new SharedOutages(world);
  const startWindow = (): ReturnType<Strategy> => {
    const cooldowns = windows === 'several' ? computer.openWindow() : noSharedCooldowns;
    return strategy({ fetch: probe, cooldowns })(world, random);
  };
  const sharedWindow = startWindow();
  const arrivals = randomNumbers(seed);
  for (let client = 0; client < clients; client++) {
    const ask = windows === 'one' ? sharedWindow : startWindow();
    for (let n = 0; n < periods; n++) world.callAfter((n + arrivals()) * period.ms, () => ask(question()));
  }
  await world.run();
  const questions = clients * periods;
  if (ended !== questions) throw new Error(`${questions - ended} of ${questions} questions never ended.`);
  return { questions, answerTimes, calls };
}
