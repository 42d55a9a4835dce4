import type { ConnectionView } from '../protocol';
import { button, element, setText } from './element';
import { createKeyNotice } from './keyNotice';
import type { PanelContext } from './panelContext';

export interface ConnectionBar {
  /** Above the composer: what stands between the person and an answer. */
  readonly notices: HTMLElement;
  /** Who will answer; a press chooses another. */
  readonly modelButton: HTMLElement;
  /** @param keyOffered A card on screen has the same button already. */
  update(connection: ConnectionView, keyOffered: boolean): void;
}

export function createConnectionBar(context: PanelContext): ConnectionBar {
  const { strings, post } = context;
  const model = element('span', { class: 'model-name' });
  const host = element('span', { class: 'model-host' });
  const modelButton = button('', 'quiet', () => post({ type: 'selectModel' }));
  modelButton.classList.add('model-button');
  modelButton.append(model, ' ', host);
  const notices = element('div', { class: 'notices' });
  let shownFor = '';
  return {
    notices,
    modelButton,
    update: (connection, keyOffered) => {
      setText(model, connection.model);
      setText(host, connection.host);
      modelButton.setAttribute('aria-label', `${strings.model}: ${connection.model} ${connection.host}`);
      // The same notice stays the same element: a button must not vanish between press and release.
      const shows = connection.demo ? 'demo' : connection.hasKey || keyOffered ? '' : `key ${connection.host}`;
      if (shows === shownFor) return;
      shownFor = shows;
      if (shows === '') notices.replaceChildren();
      else if (connection.demo) notices.replaceChildren(createDemoBanner(context));
      else notices.replaceChildren(createKeyNotice(context, connection, 'compact'));
    },
  };
}

function createDemoBanner({ strings, post }: PanelContext): HTMLElement {
  return element(
    'section',
    { class: 'notice compact demo' },
    element('p', { class: 'notice-title' }, strings.demoBanner),
    element(
      'div',
      { class: 'actions' },
      button(strings.leaveDemo, 'secondary', () => post({ type: 'leaveDemo' })),
    ),
  );
}
