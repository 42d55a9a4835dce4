const seconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** More would run into one another in a narrow panel. */
const mostSteps = 5;

/** Round times on an axis of `totalMs`, from 0, in milliseconds. */
export function ticksOf(totalMs: number): readonly number[] {
  const hours = Math.ceil(totalMs / 3_600_000 / mostSteps) * 3600;
  const step = 1000 * (seconds.find((second) => totalMs / (second * 1000) <= mostSteps) ?? hours);
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step);
}
