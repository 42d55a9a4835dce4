import { describeTotalCost } from '../../shared/describeCost';
import type { TotalCost } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText } from '../util/element';

/**
 * Creates the line above the conversation. In the side bar, it shows the title, because VS Code shows no title there. It
 * also shows what all answers together cost, as a button that opens the usage. Beside a title, and in a narrow panel, the
 * style sheet shows only the sum. The line is hidden while it is empty.
 */
export function createConversationHeader(context: PageContext) {
  const title = element('p.conversation-title');
  const description = element('span.full-text');
  const sum = element('span.short-text');
  const cost = button([description, sum], 'quiet', () => context.post({ type: 'openUsage' }));
  const line = element('div.conversation-header', { hidden: '' }, element('div', title, cost));
  const update = (part: HTMLElement, text: string): void => {
    setText(part, text);
    line.hidden = title.textContent === '' && description.textContent === '';
  };
  return {
    element: line,
    // A narrow panel cuts off the end of a text, so the tooltips contain the complete texts.
    setTitle: (text: string): void => {
      title.title = text;
      update(title, text);
    },
    setCost: (total: TotalCost): void => {
      const text = describeTotalCost(context, total) ?? '';
      cost.title = `${text}\n${context.strings.conversationCostDetails}`;
      cost.ariaLabel = text;
      setText(sum, context.format.costs(total.costs));
      update(description, text);
    },
  };
}
