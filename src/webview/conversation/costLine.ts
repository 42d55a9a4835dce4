import { describeTotalCost } from '../../shared/describeCost';
import type { TotalCost } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';

/** The line above the conversation that says what all of its answers cost. Hidden until something has a cost. */
export function createCostLine(context: PageContext) {
  const text = element('p');
  const line = element('div', { class: 'cost-line', hidden: '' }, text);
  return {
    element: line,
    update: (total: TotalCost): void => {
      const description = describeTotalCost(context, total);
      line.hidden = description === undefined;
      setText(text, description ?? '');
      // A narrow panel cuts off the end of the line.
      text.title = `${description ?? ''}\n${context.strings.conversationCostDetails}`;
    },
  };
}
