import type { ConnectionView } from '../protocol';
import { button, element } from './element';
import type { PanelContext } from './panelContext';
import { fill } from './strings';

/** There is no key yet: set one, or look around without. */
export function createKeyNotice(
  context: PanelContext,
  connection: ConnectionView,
  look: 'full' | 'compact',
): HTMLElement {
  const { strings, post } = context;
  const title = element('p', { class: 'notice-title' }, fill(strings.noKeyTitle, connection.host));
  return element(
    'section',
    { class: `notice ${look}` },
    title,
    ...(look === 'full' ? [element('p', { class: 'notice-hint' }, strings.noKeyHint)] : []),
    element(
      'div',
      { class: 'actions' },
      button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' })),
      button(strings.openDemo, 'secondary', () => post({ type: 'openDemo' })),
      ...(look === 'full' ? [button(strings.getStarted, 'quiet', () => post({ type: 'getStarted' }))] : []),
    ),
  );
}
