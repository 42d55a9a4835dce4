import { svg } from './svg';

/** A ring that empties with the time; the number beside it says the same. */
export interface CountdownRing {
  readonly element: SVGSVGElement;
  /** @param share of the time that is left, from 0 to 1 */
  show(share: number): void;
}

export function createCountdownRing(): CountdownRing {
  const circle = { cx: 12, cy: 12, r: 10, pathLength: 1 };
  const left = svg('circle', { class: 'ring-left', ...circle });
  const element = svg(
    'svg',
    { class: 'ring', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('circle', { class: 'ring-whole', ...circle }),
    left,
  );
  return {
    element,
    // The theme's style sheet moves it smoothly, where motion is wanted.
    show: (share) => (left.style.strokeDashoffset = String(1 - share)),
  };
}
