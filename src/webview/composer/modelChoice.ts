import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, iconButton, setText } from '../util/element';
import { fill } from '../../shared/format';

/**
 * The button that shows the selected model, and the chip that replaces the button while another model is set for the
 * next prompt only.
 */
interface ModelChoice {
  readonly elements: readonly HTMLElement[];
  setConnection(connection: ConnectionView): void;
  /** Shows the host of another route than the connection's while an answer comes over it. */
  setRoute(host: string | undefined): void;
  /** Sets the model for the next prompt only. If the model is undefined, the next prompt goes to the selected model. */
  setOnce(model: string | undefined): void;
}

/**
 * Creates a button that shows the model and lets the user choose another model. A chip replaces the button while
 * another model is set for the next prompt only.
 */
export function createModelChoice({ strings, post, moveFocus }: PageContext): ModelChoice {
  const name = element('span', { class: 'model-name' });
  const host = element('span', { class: 'model-host' });
  const choose = button('', 'quiet', () => post({ type: 'selectModel' }));
  choose.classList.add('model-button');
  choose.append(name, ' ', host);
  const caption = element('span', { class: 'model-once-name' });
  const remove = iconButton('', 'remove', () => post({ type: 'forgetModelOnce' }));
  const chip = element('span', { class: 'model-once' }, caption, remove);
  chip.hidden = true;
  let connection: ConnectionView | undefined;
  let route: string | undefined;
  const update = (): void => {
    if (!connection) return;
    const shownHost = route ?? connection.host;
    setText(name, connection.model);
    setText(host, shownHost);
    choose.setAttribute('aria-label', `${strings.model}: ${connection.model} ${shownHost}`);
  };
  return {
    elements: [choose, chip],
    setConnection: (next) => {
      connection = next;
      update();
    },
    setRoute: (next) => {
      if (next === route) return;
      route = next;
      update();
    },
    setOnce: (model) => {
      const hadFocus = document.activeElement === (model === undefined ? remove : choose);
      chip.hidden = model === undefined;
      choose.hidden = model !== undefined;
      if (model !== undefined) {
        const text = fill(strings.thisPromptOnly, model);
        setText(caption, text);
        caption.title = text;
        remove.title = fill(strings.remove, text);
        remove.setAttribute('aria-label', remove.title);
      }
      if (hadFocus) moveFocus(model === undefined ? choose : remove);
    },
  };
}
