import { element } from '../util/element';
import type { PanelClock } from '../util/panelClock';

const exchangesPerGroup = 10;

/** Groups at the end of the conversation that are always rendered, so that assistive technology can read them. */
const alwaysRenderedGroups = 3;

/** Groups of turns that the browser lays out separately, so that a frame takes no longer in a long conversation. */
export class ExchangeGroups {
  private hidesOffscreen = false;

  constructor(
    private readonly thread: HTMLElement,
    private readonly clock: Pick<PanelClock, 'frame'>,
  ) {
    // A hidden page has no frames, so its skipped groups are shown again all at once.
    thread.ownerDocument.addEventListener('visibilitychange', () => this.showAll());
  }

  /** @param before the element that the new ones precede; by default they are the last */
  append(elements: readonly HTMLElement[], before?: HTMLElement): void {
    if (before) {
      // A comparison is a group of its own.
      const isInGroup = before.parentElement !== this.thread;
      before.before(...(isInGroup ? elements : [element('div', { class: 'exchange-group' }, ...elements)]));
      return;
    }
    let group = this.thread.lastElementChild;
    if (!group || group.role === 'group' || group.childElementCount >= 2 * exchangesPerGroup) {
      group = element('div', { class: 'exchange-group' });
      this.thread.append(group);
    }
    group.append(...elements);
  }

  /** Adds a comparison as a group of its own. */
  appendComparison(comparison: HTMLElement): void {
    comparison.classList.add('exchange-group');
    this.thread.append(comparison);
  }

  /**
   * Sets whether the browser may skip rendering of groups that are out of view, which it otherwise searches for the
   * element under the pointer in every frame. The last groups and groups with an unfinished turn are never skipped, nor
   * is a group on a hidden page, whose height the browser does not know.
   */
  setHidesOffscreen(hides: boolean): void {
    this.hidesOffscreen = hides && this.isPageVisible;
    if (this.hidesOffscreen) this.updateSkippable();
    else this.showAll();
  }

  prune(): void {
    for (const group of Array.from(this.thread.children)) if (!group.firstElementChild) group.remove();
    if (this.hidesOffscreen) this.updateSkippable();
  }

  private updateSkippable(): void {
    const groups = [...this.thread.children];
    const skippable = groups.slice(0, -alwaysRenderedGroups).filter(isFinished);
    for (const group of groups) group.classList.toggle('skippable', skippable.includes(group));
  }

  /** Renders the skipped groups again, one per frame from the end, because all at once would take noticeable time. */
  private showAll(): void {
    const groups = this.hidesOffscreen ? [] : [...this.thread.children].filter(isSkippable);
    for (const group of this.isPageVisible ? groups.slice(-1) : groups) group.classList.remove('skippable');
    if (groups.length > 1 && this.isPageVisible) this.clock.frame(() => this.showAll());
  }

  private get isPageVisible(): boolean {
    return this.thread.ownerDocument.visibilityState === 'visible';
  }
}

function isFinished(group: Element): boolean {
  return group.querySelector('[aria-busy="true"]') === null;
}

function isSkippable(group: Element): boolean {
  return group.classList.contains('skippable');
}
