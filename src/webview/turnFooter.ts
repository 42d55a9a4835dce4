import { totalsOf, type TurnState } from '../protocol';
import { button, element } from './element';
import type { PanelContext } from './panelContext';
import { isEventful, timing } from './timeline';
import type { Card } from './waitCard';

const copiedForMs = 1500;

/** Under an answer that is over, whole or partial: what it cost, how long it took, all of it as Markdown, what was asked as code. */
export function createTurnFooter(context: PanelContext, exchangeId: string, state: TurnState): Card {
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
  const code = button(strings.getCode, 'quiet', () => post({ type: 'copyRequest', exchangeId }));
  code.title = strings.getCodeHint;
  const facts = footerFacts(context, state).map((fact) => element('span', {}, fact));
  const parts = state.text ? [...facts, copy, code] : [...facts, code];
  return { element: element('footer', { class: 'turn-footer' }, ...parts), dispose: () => forget() };
}

function footerFacts(context: PanelContext, state: TurnState): string[] {
  const { strings, format } = context;
  const facts: string[] = [];
  const { usage } = totalsOf(state);
  if (usage) {
    const template = format.plural(usage.promptTokens, strings.summaryUsageOne, strings.summaryUsage);
    facts.push(template.replace('{1}', () => format.count(usage.completionTokens)));
  }
  // Where nothing else is to be told, it is what the timeline is opened by.
  const time = isEventful(state) ? timing(context, state) : undefined;
  return time === undefined ? facts : [...facts, time];
}
