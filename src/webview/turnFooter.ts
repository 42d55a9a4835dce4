import type { TurnState } from '../protocol';
import { button, element } from './element';
import type { PanelContext } from './panelContext';
import { fill } from './strings';
import type { Card } from './waitCard';

const copiedForMs = 1500;

/** Under an answer that is over, whole or partial: what it cost, how long it took, and all of it as Markdown. */
export function createTurnFooter(context: PanelContext, state: TurnState): Card {
  const { strings, clock, post, announcer } = context;
  let forget = (): void => undefined;
  const copy = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: state.text });
    announcer.say(strings.copied);
    // A mark beside the caption: a caption that changes would rename the button under the hand.
    copy.dataset['copied'] = strings.copied;
    forget();
    forget = clock.after(copiedForMs, () => delete copy.dataset['copied']);
  });
  const facts = footerFacts(context, state).map((fact) => element('span', {}, fact));
  const parts = state.text ? [...facts, copy] : facts;
  return { element: element('footer', { class: 'turn-footer' }, ...parts), dispose: () => forget() };
}

function footerFacts({ strings, format }: PanelContext, state: TurnState): string[] {
  const facts: string[] = [];
  if (state.usage) {
    const { promptTokens, completionTokens } = state.usage;
    facts.push(fill(strings.summaryUsage, format.count(promptTokens), format.count(completionTokens)));
  }
  const { startedAt, firstTokenAt, endedAt } = state;
  if (startedAt !== undefined && firstTokenAt !== undefined && endedAt !== undefined) {
    const first = format.duration(firstTokenAt - startedAt);
    facts.push(fill(strings.summaryTiming, first, format.duration(endedAt - startedAt)));
  }
  return facts;
}
