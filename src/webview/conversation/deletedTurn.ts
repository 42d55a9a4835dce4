import type { ShownItem } from '../../shared/exchanges';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/** View of a deleted turn: a line with a button that restores the turn. */
export class DeletedTurn {
  readonly exchange = undefined;
  readonly comparison = undefined;
  readonly entry = undefined;
  readonly answers = [];
  readonly element: HTMLElement;

  /** @param id id of the deleted exchange */
  constructor(
    { strings, post, isReadOnly }: PageContext,
    readonly id: string,
  ) {
    const undo = button(strings.undo, 'quiet', () => post({ type: 'restoreExchange', exchangeId: id }));
    // The arrow keys move the focus between `article` elements, so the line is an `article`.
    const line = element(
      'article.turn.deleted-turn',
      { 'aria-label': strings.turnDeleted, tabindex: '-1' },
      element('p', strings.turnDeleted),
      !isReadOnly() && undo,
    );
    this.element = element('div.exchange', line);
  }

  /** Returns false if the turn is no longer deleted, so that another view is needed. */
  update(item: ShownItem): boolean {
    return 'isDeleted' in item;
  }
}
