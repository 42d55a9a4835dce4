import type { HostNotice } from '../../shared/protocol';

/** A panel whose page shows the notices. */
interface NoticePanel {
  readonly isVisible: boolean;
  /** Sends all current notices to the page. */
  postNotices(): void;
}

/**
 * The host's notices, at most one of each kind. They are shown above the composers of the panels, because a
 * notification of VS Code would cover the composer's buttons.
 */
class Notices {
  private readonly panels = new Set<NoticePanel>();
  private readonly current = new Map<
    HostNotice['kind'],
    { readonly notice: HostNotice; readonly resolve: (action: string | undefined) => void }
  >();
  private count = 0;

  get list(): readonly HostNotice[] {
    return [...this.current.values()].map(({ notice }) => notice);
  }

  /** Adds a panel that shows the notices from now on. Disposing of the result removes the panel. */
  add(panel: NoticePanel): { dispose(): void } {
    this.panels.add(panel);
    return { dispose: () => void this.panels.delete(panel) };
  }

  /**
   * Shows a notice, which replaces the previous notice of its kind, until it ends.
   * @returns the caption of the button that the user has clicked. Undefined, without a promise, if no panel is visible.
   */
  show(kind: HostNotice['kind'], content: Omit<HostNotice, 'id' | 'kind'>): Promise<string | undefined> | undefined {
    if (![...this.panels].some(({ isVisible }) => isVisible)) return undefined;
    this.current.get(kind)?.resolve(undefined);
    return new Promise((resolve) => {
      this.current.set(kind, { notice: { ...content, kind, id: `${kind}-${++this.count}` }, resolve });
      this.post();
    });
  }

  /**
   * Ends the notices that have all of these properties.
   * @param action caption of the clicked button; undefined if the user has clicked no button of the notice
   */
  end(properties: Partial<HostNotice>, action?: string): void {
    const names = Object.keys(properties) as (keyof HostNotice)[];
    for (const { notice, resolve } of this.current.values()) {
      if (!names.every((name) => notice[name] === properties[name])) continue;
      this.current.delete(notice.kind);
      this.post();
      resolve(action);
    }
  }

  private post(): void {
    for (const panel of this.panels) panel.postNotices();
  }
}

/** The notices of this window. */
export const notices = new Notices();
