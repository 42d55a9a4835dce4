import type { Localize } from '../../engine/engine';

const secondsUpTo = 90;

/** How long something takes, in words: `4.1 s`, `37 s`, `1 min 40 s`. */
export function spokenDuration(ms: number, localize: Localize): string {
  const tenths = Math.round(Math.max(0, ms) / 100) / 10;
  const seconds = tenths < 10 ? tenths : Math.round(tenths);
  if (seconds <= secondsUpTo) return localize('{0} s', { 0: seconds });
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return rest === 0 ? localize('{0} min', { 0: minutes }) : localize('{0} min {1} s', { 0: minutes, 1: rest });
}
