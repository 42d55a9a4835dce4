import { fill } from '../../shared/format';
import type { PanelStrings } from '../../shared/panelStrings';
import { estimateTokens, type ContextPart, type ContextUse } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, svg } from '../util/element';
import { createMenu } from '../util/menu';

/** The ring is shown from this percentage of the context window on. */
const minPercent = 50;
const warningPercent = 80;
const errorPercent = 95;

const partStrings: Readonly<Record<ContextPart['kind'] | 'draft', keyof PanelStrings>> = {
  system: 'contextSystem',
  summary: 'contextSummary',
  turns: 'contextTurns',
  attachments: 'contextAttachments',
  draft: 'contextDraft',
};

interface ShownPart {
  readonly kind: keyof typeof partStrings;
  readonly tokens: number;
}

/**
 * Shows how much of the context window the next request fills, with the text in the composer. The room for the answer
 * does not count.
 */
export class ContextRing {
  readonly elements: readonly HTMLElement[];
  private readonly arc = svg('circle', { class: 'context-arc', cx: 8, cy: 8, r: 6, pathLength: 100 });
  private readonly trigger: HTMLButtonElement;
  private use: ContextUse | undefined;
  private canSummarize = false;
  private draft = '';
  private parts: readonly ShownPart[] = [];
  /** The context as text: the total, and a line for each part. */
  private lines: readonly string[] = [];

  constructor(private readonly context: PageContext) {
    const { strings, post, areVersionButtonsDisabled } = context;
    const track = svg('circle', { class: 'context-track', cx: 8, cy: 8, r: 6 });
    const ring = svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, track, this.arc);
    this.trigger = button([ring], 'quiet icon-button context-ring', () => undefined);
    this.trigger.hidden = true;
    const summarize = { caption: strings.summarize, choose: () => post({ type: 'summarize' }) };
    this.elements = createMenu(
      strings.contextWindow,
      // The host requests no summary while a turn runs.
      () => (this.canSummarize && !areVersionButtonsDisabled() ? [summarize] : []),
      this.trigger,
      () => this.lines.join('\n'),
    );
  }

  /** The percentage of the context window, with the text in the composer; undefined if the window is unknown. */
  get percent(): number | undefined {
    return this.use && Math.round((100 * sum(this.parts)) / this.use.windowTokens);
  }

  setUse(use: ContextUse | undefined, canSummarize: boolean): void {
    this.use = use;
    this.canSummarize = canSummarize;
    this.update();
  }

  setDraft(text: string): void {
    this.draft = text;
    this.update();
  }

  private update(): void {
    const { trigger, use } = this;
    const draft = { kind: 'draft', tokens: estimateTokens(this.draft) } as const;
    const parts = use ? [...use.parts, ...(draft.tokens > 0 ? [draft] : [])] : [];
    this.parts = parts;
    const { percent = 0 } = this;
    const { strings, format, focusComposer } = this.context;
    const isHidden = percent < minPercent;
    const hadFocus = document.activeElement === trigger;
    trigger.hidden = isHidden;
    if (isHidden && hadFocus) focusComposer();
    if (!use || isHidden) return;
    const { count } = format;
    const total = fill(strings.contextFull, format.number(percent), count(sum(parts)), count(use.windowTokens));
    const breakdown = parts.map(({ kind, tokens }) => fill(strings[partStrings[kind]], count(tokens)));
    this.lines = [total, ...breakdown];
    trigger.title = this.lines.join('\n');
    trigger.setAttribute('aria-label', fill(strings.contextBreakdown, total, format.list(breakdown)));
    trigger.dataset['level'] = percent >= errorPercent ? 'error' : percent >= warningPercent ? 'warning' : 'normal';
    this.arc.setAttribute('stroke-dasharray', `${Math.min(100, percent)} 100`);
  }
}

function sum(parts: readonly { readonly tokens: number }[]): number {
  return parts.reduce((total, { tokens }) => total + tokens, 0);
}
