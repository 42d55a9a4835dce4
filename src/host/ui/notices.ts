import { randomUUID } from 'node:crypto';
import type { HostNotice, ToWebview } from '../../shared/protocol';

/** The page of a panel, which shows the notices. */
interface NoticePage {
  readonly isVisible: boolean;
  postChange(message: ToWebview): unknown;
}

type Choice = PromiseLike<string | undefined>;

interface Entry {
  readonly notice: HostNotice;
  readonly resolve: (choice: string | Choice | undefined) => void;
  readonly notify: () => Choice;
  /** Whether a panel has shown the notice. */
  wasShown: boolean;
}

/**
 * The host's notices. They are shown above the composer of one panel, because a notification of VS Code would cover the
 * composer's buttons.
 */
class Notices {
  /** The pages in the order of their last use. */
  private readonly pages = new Set<NoticePage>();
  /** The notices in the order in which they were shown. */
  private readonly entries = new Set<Entry>();

  /** The current notices, newest first. A page shows one of them, and the others when that notice has ended. */
  get list(): readonly HostNotice[] {
    return [...this.entries].map(({ notice }) => notice).toReversed();
  }

  /**
   * Adds a page, or records that the user has used the page again. Of the visible pages, the page that was used last
   * shows the notices. Disposing of the result removes the page.
   */
  add(page: NoticePage): { dispose(): void } {
    this.pages.delete(page);
    this.pages.add(page);
    return {
      dispose: () => {
        this.pages.delete(page);
        queueMicrotask(this.update);
      },
    };
  }

  /**
   * Shows a notice until it ends. A message replaces earlier messages, which need no answer.
   * @param notify shows a notification in place of the notice if no panel is visible
   * @returns the caption of the clicked button, or undefined if the notice ends without a click
   */
  show(content: Omit<HostNotice, 'id'>, notify: () => Choice): Promise<string | undefined> {
    return new Promise((resolve) => {
      const notice = { ...content, id: randomUUID() };
      this.entries.add({ notice, resolve, notify, wasShown: false });
      this.end((other) => other !== notice && other.kind === 'message' && notice.kind === 'message');
    });
  }

  /** @param action caption of the clicked button; undefined if the user has clicked no button of the notices */
  end(isEnded: (notice: HostNotice) => boolean, action?: string): void {
    for (const entry of this.entries) {
      if (!isEnded(entry.notice)) continue;
      this.entries.delete(entry);
      entry.resolve(action);
    }
    this.update();
  }

  /**
   * Shows the notices in one visible panel. If no panel is visible, replaces the notices with notifications, except
   * messages and budget warnings that a panel has already shown. To be called in a microtask when a panel is hidden,
   * because VS Code hides a panel before it shows another panel in its place.
   */
  readonly update = (): void => {
    const lastUsed = [...this.pages].findLast(({ isVisible }) => isVisible);
    for (const page of this.pages) page.postChange({ type: 'notices', notices: page === lastUsed ? this.list : [] });
    if (lastUsed) {
      for (const entry of this.entries) entry.wasShown = true;
      return;
    }
    for (const entry of this.entries) {
      if (entry.wasShown && ['message', 'spending'].includes(entry.notice.kind)) continue;
      this.entries.delete(entry);
      entry.resolve(entry.notify());
    }
  };
}

/** The notices of this window. */
export const notices = new Notices();
