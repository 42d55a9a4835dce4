import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, iconButton, setText, svgIcon } from '../util/element';
import { fill } from '../../shared/format';

/**
 * Shows the selected model, with its gateway if only a backup gateway offers it, or a chip with the model that is set for
 * the next prompt only. A badge says that prompts do not go to the base URL for another reason.
 */
export class ModelChoice {
  readonly elements: readonly HTMLElement[];
  readonly badge = element('span', { class: 'gateway-badge' });
  private readonly name = element('span', { class: 'model-name' });
  private readonly gateway = element('span', { class: 'model-gateway' });
  private readonly choose: HTMLButtonElement;
  private readonly caption = element('span', { class: 'model-once-name' });
  private readonly remove: HTMLButtonElement;
  private readonly chip: HTMLElement;
  private connection: ConnectionView | undefined;

  constructor(
    private readonly context: PageContext,
    onChoose: () => void,
  ) {
    const { post } = context;
    const content = [this.name, this.gateway, svgIcon('chevronDown')];
    this.choose = button(content, 'quiet model-button', onChoose);
    this.remove = iconButton('', 'close', () => post({ type: 'forgetModelOnce' }));
    this.chip = element('span', { class: 'model-once' }, this.caption, this.remove);
    this.chip.hidden = true;
    this.badge.hidden = true;
    this.elements = [this.choose, this.chip];
  }

  setConnection(connection: ConnectionView): void {
    this.connection = connection;
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

  private switchBack(): void {
    this.context.post({ type: 'switchBack' });
    this.context.focusComposer();
  }

  private update(): void {
    if (!this.connection) return;
    const { strings } = this.context;
    const { model, demo, host, gateway, backup } = this.connection;
    const modelAtGateway = fill(strings.modelAtGateway, model, gateway ?? host);
    setText(this.name, model);
    const place = gateway === undefined ? '' : ` · ${gateway}`;
    setText(this.gateway, place);
    this.gateway.hidden = gateway === undefined;
    this.choose.title = withKeys(modelAtGateway, '.', { alt: true });
    // The name contains the visible text, because users of speech control say what they read.
    const spoken = gateway === undefined ? modelAtGateway : model + place;
    this.choose.setAttribute('aria-label', fill(strings.modelButton, spoken));
    this.badge.hidden = !backup && !demo;
    this.badge.title = backup === 'switched' ? fill(strings.switchBack, host) : host;
    const content = backup ? [svgIcon('arrowSwap'), strings.backupBadge] : [strings.demo];
    this.badge.replaceChildren(
      ...(backup === 'switched' ? [button(content, 'quiet link-button', () => this.switchBack())] : content),
    );
  }
}

/**
 * Returns a tooltip with the keys of a button, as VS Code shows them.
 * @param key pressed together with Ctrl, or with Cmd on macOS
 */
export function withKeys(tooltip: string, key: string, { alt = false } = {}): string {
  const isMac = window.navigator.userAgent.includes('Mac');
  const modifiers = isMac ? `${alt ? '⌥' : ''}⌘` : `Ctrl+${alt ? 'Alt+' : ''}`;
  return `${tooltip} (${modifiers}${key})`;
}
