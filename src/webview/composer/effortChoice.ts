import { effortText } from '../../shared/describeEffort';
import { fill } from '../../shared/format';
import type { ConnectionView, EffortView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';

interface ModelEffort {
  readonly model: string;
  readonly effort: EffortView;
}

/** Shows the reasoning effort of the model that gets the next prompt, and lets the user choose another level. */
export class EffortChoice {
  readonly elements: readonly HTMLElement[];
  private readonly level = element('span', { class: 'effort-level' });
  private readonly trigger: HTMLButtonElement;
  private selected: ModelEffort | undefined;
  private once: ModelEffort | undefined;

  constructor(private readonly context: PageContext) {
    const { reasoningEffort } = context.strings;
    this.trigger = button([svgIcon('thinking'), this.level], 'quiet effort-button', () => undefined);
    this.trigger.setAttribute('aria-label', reasoningEffort);
    this.trigger.hidden = true;
    this.elements = createMenu(reasoningEffort, () => this.items(), this.trigger);
  }

  setConnection({ model, effort }: ConnectionView): void {
    this.selected = effort && { model, effort };
    this.update();
  }

  /** Sets the model for the next prompt only, or undefined if the next prompt goes to the selected model. */
  setOnce(model: string | undefined, effort: EffortView | undefined): void {
    this.once = model !== undefined && effort ? { model, effort } : undefined;
    this.update();
  }

  private get shown(): ModelEffort | undefined {
    return this.once ?? this.selected;
  }

  private items(): readonly MenuItem[] {
    const { strings, post, announcer } = this.context;
    if (!this.shown) return [];
    const { model, effort } = this.shown;
    return effort.levels.map((level) => ({
      ...effortText(strings, level, effort),
      isChecked: level === effort.level,
      choose: () => {
        post({ type: 'selectEffort', model, level });
        announcer.announce(fill(strings.effortOf, model, effortText(strings, level, effort).caption));
      },
    }));
  }

  private update(): void {
    const { trigger, shown } = this;
    const { strings } = this.context;
    trigger.hidden = !shown;
    if (!shown) return;
    const { model, effort } = shown;
    const { caption: label } = effortText(strings, effort.level, effort);
    setText(this.level, effort.level === 'default' ? '' : label);
    trigger.title = fill(strings.effortOf, model, label);
    trigger.setAttribute('aria-description', label);
  }
}
