import type { Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';

/** Creates the content of an empty conversation: a hint, suggested prompts and recent conversations. */
export function createEmptyState({ strings, post, focusComposer }: PageContext, parent: HTMLElement) {
  const title = element('h2');
  const hint = element('p.empty-hint');
  const cardPlace = element('div.card-place');
  const lists = element('div.suggestions');
  const root = element('div.empty-state', svgIcon('commentDiscussion'), title, hint, cardPlace, lists);
  /** Data of the current buttons, as JSON. Unchanged buttons are not replaced, so that they keep the focus. */
  let shownData = '';

  const createList = (heading: string | undefined, suggestions: readonly Suggestion[]): readonly HTMLElement[] => {
    if (suggestions.length === 0) return [];
    return [
      ...(heading === undefined ? [] : [element('h3', heading)]),
      ...suggestions.map(({ kind, id, label, time }) => {
        const icon = svgIcon(kind === 'conversation' ? 'history' : 'sparkle');
        const timeText = time === undefined ? [] : [' ', element('span.suggestion-time', time)];
        const content = [icon, element('span.suggestion-label', label), ...timeText];
        return button(content, 'quiet suggestion', () => post({ type: 'askSuggestion', kind, id }));
      }),
    ];
  };

  return {
    /** Element that contains the tour card or the card for a missing API key. */
    cardPlace,
    setVisible: (visible: boolean): void => {
      if (visible === root.isConnected) return;
      const hadFocus = root.contains(document.activeElement);
      if (visible) parent.append(root);
      else root.remove();
      if (hadFocus) focusComposer();
    },
    update: (inTour: boolean, suggestions: readonly Suggestion[]): void => {
      setText(title, inTour ? strings.tour : strings.emptyTitle);
      setText(hint, inTour ? strings.tourHint : strings.emptyHint);
      const key = JSON.stringify([inTour, suggestions]);
      if (key === shownData) return;
      shownData = key;
      const hadFocus = lists.contains(document.activeElement);
      const recent = suggestions.filter(({ kind }) => kind === 'conversation');
      const others = suggestions.filter(({ kind }) => kind !== 'conversation');
      lists.replaceChildren(
        ...createList(inTour ? strings.tourOthers : undefined, others),
        ...createList(strings.recent, recent),
      );
      if (recent.length > 0) lists.append(button(strings.showAllRecent, 'quiet', () => post({ type: 'openHistory' })));
      if (hadFocus) focusComposer();
    },
  };
}
