import { randomNumbers } from '../simulate/randomNumbers';
import { buildVictim, killAt } from '../support/kill/killing';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const kills = 50;

/** Measures how old the oldest lost event was when the process was killed. */
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
