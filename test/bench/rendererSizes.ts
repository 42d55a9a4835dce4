import type { Browser } from 'playwright-core';
import { progress } from './progress';
import { secondsOf } from './rendererRounds';
import { ours, peers, type Renderer } from './renderers';
import { none, type Row } from './row';

/** Lengths of the mixed Markdown documents, in characters. */
const sizeSteps = [10_000, 50_000, 200_000] as const;
/** Estimated increase in time for four times the text in a renderer that renders all text again for each piece. */
const worstGrowth = 16;
const maxSeconds = 40;

/** Seconds by size. Sizes that would take too long are missing. */
type Times = readonly (number | undefined)[];

export async function sizes(browser: Browser): Promise<readonly Row[]> {
  const own = await timesOf(browser, ours, true);
  const rows: Row[] = [];
  for (const peer of peers) {
    const times = await timesOf(browser, peer, peer.always === true);
    rows.push({
      what: 'Rendering 10k, 50k, 200k characters, main thread',
      ours: seconds(own),
      peer: `${seconds(times)}, ${peer.name}`,
      ratio: times.map((time, index) => ratio(own[index], time)).join(', '),
      aim: peer.aim ?? none,
    });
  }
  return [...rows, growth(own)];
}

async function timesOf(browser: Browser, renderer: Renderer, always: boolean): Promise<Times> {
  const times: (number | undefined)[] = [];
  for (const characters of sizeSteps) {
    const before = times.length === 0 ? 0 : (times.at(-1) ?? Infinity);
    const expected = before * worstGrowth;
    if (expected > maxSeconds && !always) {
      progress(`${renderer.name}, mixed, ${characters / 1000}k: left out, because it would take too long`);
      times.push(undefined);
      continue;
    }
    times.push(await secondsOf(browser, renderer, 'mixed', characters));
  }
  return times;
}

function growth(times: Times): Row {
  const [first, last] = [times[0] ?? NaN, times.at(-1) ?? NaN];
  const exponent = Math.log(last / first) / Math.log((sizeSteps.at(-1) ?? NaN) / sizeSteps[0]);
  return {
    what: 'Growth exponent of rendering, 10k → 200k characters',
    ours: exponent.toFixed(2),
    peer: none,
    ratio: none,
    aim: '≤ 1.05',
  };
}

function seconds(times: Times): string {
  return `${times.map((time) => time?.toFixed(time < 10 ? 2 : 0) ?? none).join(', ')} s`;
}

/** Prints three decimals for small ratios. */
function ratio(own: number | undefined, peer: number | undefined): string {
  if (own === undefined || peer === undefined) return none;
  return (own / peer).toFixed(own / peer < 0.2 ? 3 : 2);
}
