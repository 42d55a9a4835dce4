import { joinSentences } from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import type { PanelStrings } from '../../shared/panelStrings';
import { estimateTokens, type ContextPart, type ContextUse } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, svg } from '../util/element';
import { createMenu } from '../util/menu';

/** The ring is shown when the next request fills at least this percentage of the context window. */
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
 * Creates the ring that shows how much of the model's context window the next request fills, including the text in the
 * composer. The room that the answer needs is not included.
 */
export function createContextRing({ strings, format, post, areVersionButtonsDisabled, focusComposer }: PageContext) {
  let use: ContextUse | undefined;
  let canSummarize = false;
  let draft = '';
  let parts: readonly ShownPart[] = [];
  const circle = { cx: 8, cy: 8, r: 6 };
  const arc = svg('circle.context-arc', { ...circle, pathLength: 100 });
  const track = svg('circle.context-track', circle);
  const ring = svg('svg.icon', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, track, arc);
  const trigger = button([ring], 'quiet icon-button context-ring');
  trigger.hidden = true;
  const summarize = { caption: strings.summarize, choose: () => post({ type: 'summarize' }) };

  const findPercent = (): number | undefined => use && Math.round((100 * sum(parts)) / use.windowTokens);

  const update = (): void => {
    const draftPart = { kind: 'draft', tokens: estimateTokens(draft) } as const;
    parts = use ? [...use.parts, ...(draftPart.tokens > 0 ? [draftPart] : [])] : [];
    const percent = findPercent() ?? 0;
    const isHidden = percent < minPercent;
    const hadFocus = document.activeElement === trigger;
    trigger.hidden = isHidden;
    if (isHidden && hadFocus) focusComposer();
    if (!use || isHidden) return;
    const { count } = format;
    const total = fillTemplate(strings.contextFull, format.number(percent), count(sum(parts)), count(use.windowTokens));
    const breakdown = parts.map(({ kind, tokens }) => fillTemplate(strings[partStrings[kind]], count(tokens)));
    trigger.title = [total, ...breakdown].join('\n');
    trigger.setAttribute('aria-label', joinSentences(strings, [total, format.list(breakdown)]));
    trigger.dataset['level'] = percent >= errorPercent ? 'error' : percent >= warningPercent ? 'warning' : 'normal';
    arc.setAttribute('stroke-dasharray', `${Math.min(100, percent)} 100`);
  };

  return {
    elements: createMenu(
      strings.contextWindow,
      // The menu doesn't offer a summary while a turn is running, because the host starts no summary during a turn.
      () => (canSummarize && !areVersionButtonsDisabled() ? [summarize] : []),
      trigger,
      () => trigger.title,
    ),
    /**
     * Percentage of the context window that the next request fills, including the text in the composer. Undefined if
     * the size of the window is unknown.
     */
    get percent() {
      return findPercent();
    },
    setUse: (nextUse: ContextUse | undefined, canSummarizeNow: boolean): void => {
      use = nextUse;
      canSummarize = canSummarizeNow;
      update();
    },
    setDraft: (text: string): void => {
      draft = text;
      update();
    },
  };
}

function sum(parts: readonly { readonly tokens: number }[]): number {
  return parts.reduce((total, { tokens }) => total + tokens, 0);
}
