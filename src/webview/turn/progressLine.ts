import { describeProgress } from '../../shared/describe';
import { toEpoch, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';

/** A line that shows what a running turn is doing. The line is empty while the answer is streaming. */
interface ProgressLine {
  readonly element: HTMLElement;
  update(state: TurnState, queued: boolean, host: string): void;
  dispose(): void;
}

/**
 * Creates the progress line. While the gateway sends nothing, the line counts the seconds. The line is not a live
 * region, because screen readers would announce every second.
 */
export function createProgressLine(context: PageContext): ProgressLine {
  const { strings, clock } = context;
  const line = element('p', { class: 'progress', 'data-part': 'progress' });
  let show = (): void => undefined;
  let cancelTimer: (() => void) | undefined;
  const stopTimer = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  return {
    element: line,
    update: (state, queued, host) => {
      show = () => {
        const quietSince = state.isQuiet ? toEpoch(state, state.quietSince ?? 0) : undefined;
        const quietMs = quietSince === undefined ? undefined : clock.now() - quietSince;
        setText(line, queued ? strings.queued : describeProgress(context, state, host, quietMs));
      };
      show();
      if (state.isQuiet) cancelTimer ??= clock.every(1000, () => show());
      else stopTimer();
    },
    dispose: stopTimer,
  };
}
