import { describeTotalCost } from '../../shared/describeCost';
import type { TotalCost } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';

/**
 * Creates the line above the conversation that shows what all answers together cost. The line is hidden until an answer
 * has a cost.
 */
export function createCostLine(context: PageContext) {
  const text = element('p');
  const line = element('div', { class: 'cost-line', hidden: '' }, text);
  return {
    element: line,
    update: (total: TotalCost): void => {
      const description = describeTotalCost(context, total);
      line.hidden = description === undefined;
      setText(text, description ?? '');
      // A narrow panel cuts off the end of the line, so the tooltip contains the complete text.
      text.title = `${description ?? ''}\n${context.strings.conversationCostDetails}`;
    },
  };
}
