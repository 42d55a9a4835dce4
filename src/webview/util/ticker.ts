import type { PanelClock } from './panelClock';

/** Returns a function that starts or stops calling `call` once per second. */
export function createTicker(clock: Pick<PanelClock, 'every'>, call: () => void): (isTicking: boolean) => void {
  let cancel: (() => void) | undefined;
  return (isTicking) => {
    if (isTicking) {
      cancel ??= clock.every(1000, call);
    } else {
      cancel?.();
      cancel = undefined;
    }
  };
}
