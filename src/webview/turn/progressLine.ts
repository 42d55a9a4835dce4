import { toEpoch, isRestarting, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';
import { fill } from '../util/format';

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
export function createProgressLine(context: Pick<PageContext, 'strings' | 'format' | 'clock'>): ProgressLine {
  const line = element('p', { class: 'progress', 'data-part': 'progress' });
  let currentText = (): string => '';
  let cancelTimer: (() => void) | undefined;
  const stopTimer = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const show = (): void => setText(line, currentText());
  return {
    element: line,
    update: (state, queued, host) => {
      currentText = () => progressText(context, state, queued, host);
      show();
      if (state.isQuiet) cancelTimer ??= context.clock.every(1000, show);
      else stopTimer();
    },
    dispose: stopTimer,
  };
}

function progressText(
  context: Pick<PageContext, 'strings' | 'format' | 'clock'>,
  state: TurnState,
  queued: boolean,
  host: string,
): string {
  const { strings } = context;
  if (queued) return strings.queued;
  const fillQuiet = (template: string): string => fill(template, quietDuration(context, state));
  switch (state.phase) {
    case 'connecting':
      return state.isQuiet ? fillQuiet(strings.quiet) : fill(strings.connecting, host);
    case 'resuming':
      if (isRestarting(state)) return state.isQuiet ? fillQuiet(strings.restartingQuiet) : strings.restarting;
      return state.isQuiet ? fillQuiet(strings.resumingQuiet) : strings.resuming;
    case 'streaming':
      return state.isQuiet ? fillQuiet(strings.quietStream) : '';
    default:
      return '';
  }
}

function quietDuration({ format, clock }: Pick<PageContext, 'format' | 'clock'>, state: TurnState): string {
  const now = clock.now();
  const since = toEpoch(state, state.quietSince ?? 0) ?? now;
  return format.duration(now - since);
}
