import { percentile } from '../../bench/statistics';
import type { Crowd } from '../results';
import { inOneWindow } from '../strategies/ours';
import {
  backup,
  primary,
  simulateGatewayCrowd,
  type Darkness,
  type GatewayCrowd,
  type GatewayCrowdRun,
  type Windows,
} from './gatewayCrowd';

/** The measures of a crowd whose primary gateway goes dark. */
interface GatewayMeasures {
  /** Share of the answered questions, from 0 to 1. */
  readonly success: number;
  /** 95th percentile of the time to an answer, in milliseconds. The time of an unanswered question is infinite. */
  readonly p95Ms: number;
  /** Share of the requests that went through the backup gateway, from 0 to 1. */
  readonly overBackup: number;
}

/** The measures of one crowd without and with a backup gateway. */
export interface GatewayResult {
  readonly darkness: Darkness;
  readonly clients: number;
  readonly windows: Windows;
  readonly alone: GatewayMeasures;
  readonly withBackup: GatewayMeasures;
  /** 95th percentile of the time to an answer if the primary gateway never fails, in milliseconds. */
  readonly idealP95Ms: number;
}

type Variant = Pick<GatewayCrowd, 'darkness' | 'windows'> & { readonly hasBackup: boolean };

/** Simulates crowds without and with a backup gateway, in one window, in several, and on separate computers. */
export async function simulateGateways(crowds: readonly Crowd[]): Promise<readonly GatewayResult[]> {
  const results: GatewayResult[] = [];
  for (const darkness of ['refused', 'timeout'] as const) {
    for (const crowd of crowds) {
      const [clients] = crowd;
      for (const windows of clients === 1 ? (['one'] as const) : (['one', 'several', 'separate'] as const)) {
        const variant = { darkness, windows };
        const alone = await measureGateways(crowd, { ...variant, hasBackup: false });
        const withBackup = await measureGateways(crowd, { ...variant, hasBackup: true });
        const ideal = await measureGateways(crowd, { windows, darkness: undefined, hasBackup: false });
        results.push({ ...variant, clients, alone, withBackup, idealP95Ms: ideal.p95Ms });
      }
    }
  }
  return results;
}

async function measureGateways([clients, runs]: Crowd, { hasBackup, ...variant }: Variant): Promise<GatewayMeasures> {
  const connection = hasBackup ? { ...primary, backups: [backup] } : primary;
  const strategy: GatewayCrowd['strategy'] = (options) => inOneWindow({ connection, ...options });
  const simulated: GatewayCrowdRun[] = [];
  for (let seed = 1; seed <= runs; seed++)
    simulated.push(await simulateGatewayCrowd({ ...variant, clients, seed, strategy }));
  const questions = simulated.reduce((sum, run) => sum + run.questions, 0);
  const answerTimes = simulated.flatMap((run) => run.answerTimes);
  const calls = simulated.flatMap((run) => run.calls);
  const unanswered = Array.from({ length: questions - answerTimes.length }, () => Infinity);
  return {
    success: answerTimes.length / questions,
    p95Ms: percentile([...answerTimes, ...unanswered], 95),
    overBackup: calls.filter(({ isBackup }) => isBackup).length / calls.length,
  };
}
