import { epochOf, startsAgain, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';
import { fill } from '../util/format';

/** What a running turn is doing when its text doesn't say it; empty: nothing to add. */
interface ProgressLine {
  readonly element: HTMLElement;
  update(state: TurnState, queued: boolean, host: string): void;
  dispose(): void;
}

/** Tells how long it has been quiet, second by second; no live region: nobody wants to hear that. */
export function createProgressLine(context: Pick<PageContext, 'strings' | 'format' | 'clock'>): ProgressLine {
  const line = element('p', { class: 'progress', 'data-part': 'progress' });
  let text = (): string => '';
  let stop: (() => void) | undefined;
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  const show = (): void => setText(line, text());
  return {
    element: line,
    update: (state, queued, host) => {
      text = () => progressText(context, state, queued, host);
      show();
      if (state.isQuiet) stop ??= context.clock.every(1000, show);
      else end();
    },
    dispose: end,
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
  const quiet = (template: string): string => fill(template, quietFor(context, state));
  switch (state.phase) {
    case 'connecting':
      return state.isQuiet ? quiet(strings.quiet) : fill(strings.connecting, host);
    case 'resuming':
      if (startsAgain(state)) return state.isQuiet ? quiet(strings.restartingQuiet) : strings.restarting;
      return state.isQuiet ? quiet(strings.resumingQuiet) : strings.resuming;
    case 'streaming':
      return state.isQuiet ? quiet(strings.quietStream) : '';
    default:
      return '';
  }
}

function quietFor({ format, clock }: Pick<PageContext, 'format' | 'clock'>, state: TurnState): string {
  const now = clock.now();
  const since = epochOf(state, state.quietSince ?? 0) ?? now;
  return format.duration(now - since);
}
