import { Gateway } from './gateway';
import { between, randomNumbers } from '../support/randomNumbers';
import type { Scenario } from './scenarios';
import type { Strategy } from './strategies/strategy';
import { World } from './world';

/** Ranges of the duration of each part of a response, in milliseconds. */
export const latencyRanges = { refusal: [40, 120], headers: [200, 600], stream: [1000, 4000] } as const;

/** Period in which the clients ask their questions, in milliseconds. */
export const arrivalsMs = 1000;

/** Returns the capacity of the gateway, in calls per second. It could answer all questions within five seconds. */
export function capacityFor(clients: number): number {
  return Math.max(1, clients / 5);
}

/** The result of one simulated crowd. */
export interface CrowdRun {
  /** Times from each answered question to the headers of its answer, in milliseconds. */
  readonly answerTimes: readonly number[];
  readonly clients: number;
  /** Times at which calls reached the gateway, in ascending order, in milliseconds. */
  readonly calls: readonly number[];
}

/** Returns the times at which the clients ask their questions, in ascending order, in milliseconds. */
function arrivalTimes(clients: number, seed: number): readonly number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: clients }, () => random() * arrivalsMs).sort((a, b) => a - b);
}

/** Simulates a crowd of clients that use a strategy. @throws if a client's question never ends */
export async function simulateCrowd(
  scenario: Scenario,
  strategy: Strategy,
  clients: number,
  seed: number,
): Promise<CrowdRun> {
  const world = new World();
  const gateway = new Gateway(scenario, capacityFor(clients));
  const wire = randomNumbers(seed + 1e6);
  const ask = strategy(world, randomNumbers(seed + 2e6));
  const calls: number[] = [];
  const answerTimes: number[] = [];
  let ended = 0;
  for (const arrival of arrivalTimes(clients, seed)) {
    world.callAfter(arrival, () =>
      ask({
        send: (answered) => {
          calls.push(world.monotonicNow());
          const refusal = gateway.call(world.monotonicNow());
          world.callAfter(between(wire, refusal ? latencyRanges.refusal : latencyRanges.headers), () =>
            answered(refusal),
          );
        },
        succeeded: () => {
          ended++;
          answerTimes.push(world.monotonicNow() - arrival);
          return between(wire, latencyRanges.stream);
        },
        failed: () => {
          ended++;
        },
      }),
    );
  }
  await world.run();
  if (ended !== clients) throw new Error(`${clients - ended} of ${clients} questions never ended.`);
  return { answerTimes, clients, calls };
}

/** Simulates an ideal crowd: each client calls once, when the gateway has capacity, in the order of the questions. */
export function simulateIdealCrowd(scenario: Scenario, clients: number, seed: number): CrowdRun {
  const gateway = new Gateway(scenario, capacityFor(clients));
  const wire = randomNumbers(seed + 1e6);
  const answerTimes: number[] = [];
  const calls: number[] = [];
  for (const arrival of arrivalTimes(clients, seed)) {
    const admittedAt = gateway.admitNext(arrival);
    calls.push(admittedAt);
    answerTimes.push(admittedAt - arrival + between(wire, latencyRanges.headers));
  }
  return { answerTimes, clients, calls };
}
