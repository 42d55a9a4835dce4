import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, iconButton, setText } from '../util/element';
import { fill } from '../../shared/format';

/** Shows the selected model, or a chip with the model that is set for the next prompt only. */
export class ModelChoice {
  readonly elements: readonly HTMLElement[];
  private readonly name = element('span', { class: 'model-name' });
  private readonly host = element('span', { class: 'model-host' });
  private readonly choose: HTMLButtonElement;
  private readonly caption = element('span', { class: 'model-once-name' });
  private readonly remove: HTMLButtonElement;
  private readonly chip: HTMLElement;
  private connection: ConnectionView | undefined;
  private route: string | undefined;

  constructor(private readonly context: PageContext) {
    const { post } = context;
    this.choose = button('', 'quiet', () => post({ type: 'selectModel' }));
    this.choose.classList.add('model-button');
    this.choose.append(this.name, ' ', this.host);
    this.remove = iconButton('', 'close', () => post({ type: 'forgetModelOnce' }));
    this.chip = element('span', { class: 'model-once' }, this.caption, this.remove);
    this.chip.hidden = true;
    this.elements = [this.choose, this.chip];
  }

  setConnection(connection: ConnectionView): void {
    this.connection = connection;
    this.update();
  }

  /** Shows the host of another route than the connection's while an answer comes over it. */
  setRoute(host: string | undefined): void {
    if (host === this.route) return;
    this.route = host;
    this.update();
  }

  /** Sets the model for the next prompt only. If the model is undefined, the next prompt goes to the selected model. */
  setOnce(model: string | undefined): void {
    const { chip, choose, remove, caption } = this;
    const { strings, moveFocus } = this.context;
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
  }

  private update(): void {
    if (!this.connection) return;
    const { model } = this.connection;
    const host = this.route ?? this.connection.host;
    setText(this.name, model);
    setText(this.host, host);
    this.choose.setAttribute('aria-label', `${this.context.strings.model}: ${model} ${host}`);
  }
}
