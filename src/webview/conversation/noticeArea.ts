import type { HostNotice } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, type Icon, iconButton, svgIcon } from '../util/element';

interface NoticeAction {
  readonly caption: string;
  readonly choose: () => void;
  /** Whether a click also dismisses the notice. */
  readonly dismisses?: boolean;
}

export interface Notice {
  /** Identifies the cause of the notice. Once the user has dismissed the notice, it stays hidden for this cause. */
  readonly id: string;
  readonly text: string;
  readonly icon: Icon;
  readonly actions: readonly NoticeAction[];
  /** Whether the notice lacks the button *Dismiss*, because it shows a state that lasts. */
  readonly isPersistent?: boolean;
  /** Whether something else on the page announces the text. */
  readonly isSilent?: boolean;
  /** Dismisses the notice. By default, the page remembers that the notice was dismissed. */
  readonly dismiss?: () => void;
}

/** Maximum number of dismissed notices that are remembered. */
const maxDismissed = 10;

export type NoticeArea = ReturnType<typeof createNoticeArea>;

/** Creates the area above the composer that shows one notice at a time. */
export function createNoticeArea({ strings, announcer, focusComposer, onLocalChange }: PageContext) {
  const body = element('section.notice');
  const area = element('div.notice-area', { hidden: '' }, body);
  let dismissed: readonly string[] = [];
  let shownId: string | undefined;
  let shownContent = '';

  const dismiss = (id: string): void => {
    dismissed = [...dismissed, id].slice(-maxDismissed);
    onLocalChange();
  };
  const draw = ({ id, icon, text, actions, isPersistent, dismiss: close = () => dismiss(id) }: Notice): void => {
    const buttons = actions.map(({ caption, choose, dismisses }) =>
      button(caption, 'secondary', () => {
        // The notice disappears first. Otherwise, the composer could take the focus from an input box that opens.
        if (dismisses) dismiss(id);
        choose();
      }),
    );
    body.replaceChildren(
      element('p.notice-texts', svgIcon(icon), element('span', text)),
      element('div.actions', ...buttons),
    );
    area.replaceChildren(body, ...(isPersistent ? [] : [iconButton(strings.dismiss, 'close', close)]));
  };
  return {
    element: area,
    /** IDs of the notices that the user has dismissed. */
    get dismissed(): readonly string[] {
      return dismissed;
    },
    restoreDismissed: (ids: readonly string[] = []): void => {
      dismissed = ids;
    },
    /** Shows a dismissed notice again when its cause returns. */
    forget: (id: string): void => {
      dismissed = dismissed.filter((each) => each !== id);
    },
    /** Shows the first of the notices that the user has not dismissed. */
    update: (notices: readonly Notice[]): void => {
      const notice = notices.find(({ id }) => !dismissed.includes(id));
      const content = JSON.stringify(notice);
      if (content === shownContent) return;
      shownContent = content;
      const hadFocus = area.contains(document.activeElement);
      area.hidden = notice === undefined;
      if (notice) draw(notice);
      else area.replaceChildren();
      if (notice && notice.id !== shownId && !notice.isSilent) announcer.announce(notice.text, 'notice');
      shownId = notice?.id;
      // The button that was removed had the focus. The composer gets the focus, because the page would otherwise
      // receive no key events.
      if (hadFocus) focusComposer();
    },
  };
}

const icons = { information: 'info', warning: 'warning', error: 'error' } as const;

/** Returns a notice of the host. @param end called with the clicked caption, or without one if the user dismisses the notice */
export function createHostNotice(
  { id, kind, text, severity, actions }: HostNotice,
  end: (id: string, action?: string) => void,
): Notice {
  return {
    id,
    text,
    icon: icons[severity],
    actions: actions.map((caption) => ({ caption, choose: () => end(id, caption) })),
    isPersistent: kind === 'progress',
    dismiss: () => end(id),
  };
}
