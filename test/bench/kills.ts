import { randomNumbers } from '../simulate/randomNumbers';
import { buildVictim, killAt } from '../support/kill/killing';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const kills = 50;

/** Between the last event that is still there after a SIGKILL and the first that is not: how old that one was. */
export async function lostByKills(): Promise<readonly Row[]> {
  await buildVictim();
  const random = randomNumbers(Date.now());
  const lost: number[] = [];
  for (let n = 1; n <= kills; n++) {
    progress(`kill ${n} of ${kills}`);
    const { lostMs } = await killAt(random(), random() * 60);
    lost.push(lostMs);
  }
  return [
    {
      what: `Text lost at a kill, worst and median of ${kills}`,
      ours: `${Math.max(...lost)} ms, ${median(lost)} ms`,
      peer: none,
      ratio: none,
      aim: '≤ 100 ms',
    },
  ];
}
