import { randomNumbers } from '../support/randomNumbers';
import { buildVictim, killAt } from '../support/kill/killing';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const kills = 50;

/** Measures how old the oldest lost event was when the process was killed: of one answer, and of four that are compared. */
export async function lostByKills(): Promise<readonly Row[]> {
  await buildVictim();
  return [await lostBy('Text lost at a kill', ['one']), await lostBy('The same in each of four answers', four)];
}

const four = ['one', 'two', 'three', 'four'];

async function lostBy(what: string, models: readonly string[]): Promise<Row> {
  const random = randomNumbers(Date.now());
  const lost: number[] = [];
  for (let n = 1; n <= kills; n++) {
    progress(`kill ${n} of ${kills}, ${models.length} answers`);
    const killings = await killAt(random(), random() * 60, { models });
    // A kill right after the first text may lose the whole answer, whose age then counts as that of its text.
    const broken = killings.find(({ phase, ending }) => phase !== 'lost' && ending !== 'done');
    if (broken) throw new Error(`An answer that was ${broken.phase} could not be continued: ${broken.ending}`);
    lost.push(...killings.map(({ lostMs }) => lostMs));
  }
  return {
    what: `${what}, worst and median of ${kills}`,
    ours: `${Math.max(...lost)} ms, ${median(lost)} ms`,
    peer: none,
    ratio: none,
    aim: '≤ 100 ms',
  };
}
