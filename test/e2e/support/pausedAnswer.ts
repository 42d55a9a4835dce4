import type { Script, Step } from '../../support/testGateway';

interface PausedAnswer {
  readonly script: Script;
  readonly release: () => void;
}

/** An answer whose second part is sent only when the test releases it. */
export function pausedAnswer(first: Iterable<Step>, second: Iterable<Step>): PausedAnswer {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    script: () => [...first, { until: released }, ...second],
    release: () => release(),
  };
}
