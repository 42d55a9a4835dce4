import type { ConnectionView, DemoGuide } from '../../shared/protocol';
import { createDemoBar, type DemoBar } from './demoBar';
import { button, element, setText } from '../util/element';
import { createKeyNotice } from './emptyState';
import { fill } from '../util/format';
import { iconButton } from '../util/icons';
import type { PageContext } from '../pageContext';

interface ConnectionBar {
  /** Above the composer: what stands between the person and an answer. */
  readonly notices: HTMLElement;
  /** Who will answer; a press chooses another. */
  readonly modelButton: HTMLElement;
  /** @param keyOffered A card on screen has the same button already. */
  update(connection: ConnectionView, keyOffered: boolean, guide?: DemoGuide): void;
  /** Offers to ask the window that writes the conversation to hand it over. */
  showElsewhere(): void;
}

export function createConnectionBar(context: PageContext): ConnectionBar {
  const { strings, post } = context;
  const model = element('span', { class: 'model-name' });
  const host = element('span', { class: 'model-host' });
  const modelButton = button('', 'quiet', () => post({ type: 'selectModel' }));
  modelButton.classList.add('model-button');
  modelButton.append(model, ' ', host);
  const notices = element('div', { class: 'notices' });
  let shownFor = '';
  let demo: DemoBar | undefined;
  const showElsewhere = (): void => {
    if (shownFor === 'elsewhere') return;
    shownFor = 'elsewhere';
    demo = undefined;
    const openHere = button(strings.openHere, 'primary', () => {
      // The other window may take seconds.
      openHere.disabled = true;
      post({ type: 'openHere' });
    });
    notices.replaceChildren(
      element(
        'section',
        { class: 'notice compact', role: 'status' },
        element('p', { class: 'notice-title' }, strings.elsewhere),
        element('div', { class: 'actions' }, openHere),
      ),
    );
  };
  return {
    notices,
    modelButton,
    showElsewhere,
    update: (connection, keyOffered, guide) => {
      setText(model, connection.model);
      setText(host, connection.host);
      modelButton.setAttribute('aria-label', `${strings.model}: ${connection.model} ${connection.host}`);
      // The same notice stays the same element: a button must not vanish between press and release.
      const shows = connection.demo ? 'demo' : connection.hasKey || keyOffered ? '' : `key ${connection.host}`;
      if (shows === shownFor) {
        demo?.update(guide);
        return;
      }
      shownFor = shows;
      const hadFocus = notices.contains(document.activeElement);
      demo = connection.demo ? createDemoBar(context) : undefined;
      demo?.update(guide);
      if (shows === '') notices.replaceChildren();
      else if (demo) notices.replaceChildren(demo.element);
      else notices.replaceChildren(createKeyNotice(context, connection, 'compact'));
      if (hadFocus) context.focusComposer();
    },
  };
}

interface ModelOnce {
  readonly element: HTMLElement;
  /** @param model undefined: the next prompt goes to the model that is set */
  set(model: string | undefined): void;
}

/** Stands in for the model button while the next prompt goes to another model. */
export function createModelOnce({ strings, post, moveFocus }: PageContext, modelButton: HTMLElement): ModelOnce {
  const caption = element('span', { class: 'model-once-name' });
  const remove = iconButton('', 'remove', () => post({ type: 'forgetModelOnce' }));
  const chip = element('span', { class: 'model-once' }, caption, remove);
  chip.hidden = true;
  return {
    element: chip,
    set: (model) => {
      const hadFocus = document.activeElement === (model === undefined ? remove : modelButton);
      chip.hidden = model === undefined;
      modelButton.hidden = model !== undefined;
      if (model !== undefined) {
        const text = fill(strings.thisPromptOnly, model);
        setText(caption, text);
        caption.title = text;
        remove.title = fill(strings.remove, text);
        remove.setAttribute('aria-label', remove.title);
      }
      if (hadFocus) moveFocus(model === undefined ? modelButton : remove);
    },
  };
}
