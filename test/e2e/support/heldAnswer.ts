import type { Script, Step } from '../../../src/demo/gateway';

export interface HeldAnswer {
  readonly script: Script;
  readonly release: () => void;
}

/** The second part comes when it is told to, and only then. */
export function heldAnswer(first: Iterable<Step>, second: Iterable<Step>): HeldAnswer {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    script: () => [...first, { until: released }, ...second],
    release: () => release(),
  };
}
