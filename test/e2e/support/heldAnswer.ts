import type { Script, Step } from '../../../src/demo/gateway';

export interface HeldAnswer {
  readonly script: Script;
  readonly release: () => void;
}

/** An answer whose second part is sent only when the test asks for it. */
export function heldAnswer(first: Iterable<Step>, second: Iterable<Step>): HeldAnswer {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    script: () => [...first, { until: released }, ...second],
    release: () => release(),
  };
}
