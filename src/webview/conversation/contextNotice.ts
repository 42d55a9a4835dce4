import { fill } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { button, element, iconButton } from '../util/element';

interface ContextSituation {
  /** How full the context is; undefined if that is unknown, or if a summary should not be offered. */
  readonly percent: number | undefined;
  readonly isSummarizing: boolean;
}

/** Percentage of the context from which a summary is offered. */
const minPercent = 90;

/** Offers a summary before the context is full, and says that a summary is being written, because it may be out of view. */
export class ContextNotice {
  readonly element = element('section', { class: 'notice', hidden: '' });
  private isDismissed = false;
  private shown = '';

  constructor(
    private readonly context: PageContext,
    private readonly showSummary: () => void,
  ) {}

  update({ percent, isSummarizing }: ContextSituation): void {
    // The notice appears again when the context has become full once more.
    if (percent !== undefined && percent < minPercent) this.isDismissed = false;
    const { strings, post, isReadOnly, focusComposer } = this.context;
    const isFull = percent !== undefined && percent >= minPercent;
    const isOffered = isFull && !this.isDismissed && !isReadOnly();
    const offer = isOffered ? this.describe(percent) : '';
    const text = isSummarizing ? strings.summarizing : offer;
    if (text === this.shown) return;
    this.shown = text;
    const hadFocus = this.element.contains(document.activeElement);
    const dismiss = (): void => {
      this.isDismissed = true;
      this.update({ percent, isSummarizing });
    };
    const buttons = isSummarizing
      ? [button(strings.show, 'secondary', () => this.showSummary())]
      : [
          button(strings.summarize, 'primary', () => post({ type: 'summarize' })),
          iconButton(strings.dismiss, 'close', dismiss),
        ];
    this.element.hidden = text === '';
    this.element.replaceChildren(
      element('p', { class: 'notice-texts' }, text),
      element('div', { class: 'actions' }, ...buttons),
    );
    // The removed button would keep the focus, and the page would receive no keys.
    if (hadFocus) focusComposer();
  }

  private describe(percent: number): string {
    const { strings, format } = this.context;
    return percent > 100 ? strings.contextOverfull : fill(strings.contextAlmostFull, format.number(percent));
  }
}
