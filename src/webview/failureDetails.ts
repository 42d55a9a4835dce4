import { hasArrived, type Failure, type TurnState } from '../protocol';
import { disclosure, element } from './element';
import { enginesPart } from './enginesPart';
import type { PanelContext } from './panelContext';
import { requestFacts } from './requestFacts';

/** Why a turn failed, what was done about it and what can be done; for those who open it. */
export function failureDetails(
  context: PanelContext,
  event: Failure,
  state: TurnState,
  alive: boolean,
): HTMLDetailsElement {
  const { strings, help } = context;
  const { kind, detail } = event;
  const parts: readonly (readonly [title: string, ...lines: (string | HTMLElement)[]])[] = [
    [strings.detailsCause, help[kind].cause],
    [strings.detailsDone, ...enginesPart(context, event, state), ...(hasArrived(state) ? [strings.detailsKept] : [])],
    [strings.detailsTodo, help[kind].todo],
    ...(detail ? [[strings.detailsProvider, element('span', { class: 'provider-words' }, detail)] as const] : []),
  ];
  const list = element('dl', {});
  for (const [title, ...lines] of parts) {
    list.append(element('dt', {}, title), ...lines.map((line) => element('dd', {}, line)));
  }
  const facts = requestFacts(context, event, alive);
  const details = disclosure(strings.details, 'card-details', list, ...facts, pageLink(context, event));
  // The card is an alert, and what opens in it is read by who opened it.
  details.setAttribute('aria-live', 'off');
  return details;
}

function pageLink({ strings, help, post }: PanelContext, { kind }: Failure): HTMLElement {
  const { href } = help[kind];
  const link = element('a', { href, title: href }, strings.detailsPage);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    // VS Code's own listener would open it as well.
    event.stopPropagation();
    post({ type: 'openLink', href });
  });
  return element('p', {}, link);
}
