import type { PanelClock } from './panelClock';

/**
 * Returns a function that starts or stops repeated calls of `call`.
 * @param msUntilNext returns the milliseconds until the next call; by default, 1000
 */
export function createTicker(
  clock: PanelClock,
  call: () => void,
  msUntilNext = (): number => 1000,
): (isTicking: boolean) => void {
  let cancel: (() => void) | undefined;
  const start = (): void => {
    cancel = clock.callAfter(msUntilNext(), () => {
      start();
      call();
    });
  };
  return (isTicking) => {
    if (isTicking && !cancel) start();
    if (isTicking) return;
    cancel?.();
    cancel = undefined;
  };
}
