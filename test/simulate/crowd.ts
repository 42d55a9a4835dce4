import { Gateway } from './gateway';
import { between, randomNumbers } from './randomNumbers';
import type { Scenario } from './scenarios';
import type { Strategy } from './strategies/strategy';
import { World } from './world';

/** Milliseconds. A refusal is quick; headers and the answer's stream take their time. */
const latencyRanges = { refusal: [40, 120], headers: [200, 600], stream: [1000, 4000] } as const;

/** Each client asks its one question somewhere in the first second. */
export const arrivalsMs = 1000;

/** A fifth of the crowd a second: who knew when to come would be through in less than five seconds. */
export function capacityFor(clients: number): number {
  return Math.max(1, clients / 5);
}

export interface CrowdRun {
  /** From a client's question to the headers of its answer, milliseconds; of those that got one. */
  readonly answerTimes: readonly number[];
  readonly clients: number;
  /** When each call reached the gateway, in order. */
  readonly calls: readonly number[];
}

function arrivalTimes(clients: number, seed: number): readonly number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: clients }, () => random() * arrivalsMs).sort((a, b) => a - b);
}

export async function simulateCrowd(scenario: Scenario, strategy: Strategy, clients: number, seed: number): Promise<CrowdRun> {
  const world = new World();
  const gateway = new Gateway(scenario, capacityFor(clients));
  const wire = randomNumbers(seed + 1e6);
  const ask = strategy(world, randomNumbers(seed + 2e6));
  const calls: number[] = [];
  const times: number[] = [];
  let ended = 0;
  for (const arrival of arrivalTimes(clients, seed)) {
    world.after(arrival, () =>
      ask({
        send: (answered) => {
          calls.push(world.ticks());
          const refusal = gateway.call(world.ticks());
          world.after(between(wire, refusal ? latencyRanges.refusal : latencyRanges.headers), () => answered(refusal));
        },
        succeeded: () => {
          ended++;
          times.push(world.ticks() - arrival);
          return between(wire, latencyRanges.stream);
        },
        failed: () => {
          ended++;
        },
      }),
    );
  }
  await world.run();
  if (ended !== clients) throw new Error(`${clients - ended} of ${clients} questions have no end.`);
  return { answerTimes: times, clients, calls };
}

/** Clairvoyant: nobody calls in vain, and all are served in the order of their questions. */
export function simulateIdealCrowd(scenario: Scenario, clients: number, seed: number): CrowdRun {
  const gateway = new Gateway(scenario, capacityFor(clients));
  const wire = randomNumbers(seed + 1e6);
  const times: number[] = [];
  const calls: number[] = [];
  for (const arrival of arrivalTimes(clients, seed)) {
    const place = gateway.admitNext(arrival);
    calls.push(place);
    times.push(place - arrival + between(wire, latencyRanges.headers));
  }
  return { answerTimes: times, clients, calls };
}
