import { element } from './element';
import type { PanelClock } from './panelClock';

/** Exchanges of a group. */
const groupSize = 10;

/**
 * Turns in groups that the browser lays out and paints apart: a frame must cost no more in a long conversation than in
 * a short one.
 */
export class TurnGroups {
  private resting = false;

  constructor(
    private readonly thread: HTMLElement,
    private readonly clock: Pick<PanelClock, 'frame'>,
  ) {}

  append(you: HTMLElement, assistant: HTMLElement): void {
    let group = this.thread.lastElementChild;
    if (!group || group.childElementCount >= 2 * groupSize) {
      group = element('div', { class: 'turns' });
      this.thread.append(group);
    }
    group.append(you, assistant);
  }

  /**
   * Lets the browser skip groups that are far from view, the last one excepted: else it goes through all of them, frame
   * by frame, to find what is under the pointer. It knows the heights of those that have been laid out; in a window that
   * isn't shown none has been.
   */
  rest(resting: boolean): void {
    this.resting = resting && this.thread.ownerDocument.visibilityState === 'visible';
    if (!this.resting) this.wake();
    else for (const group of [...this.thread.children].slice(0, -1)) group.classList.add('resting');
  }

  /** Takes groups away that have nothing left in them. */
  prune(): void {
    for (const group of [...this.thread.children]) if (!group.firstElementChild) group.remove();
  }

  /** One a frame, the latest first: all at once would be felt. */
  private wake(): void {
    const group = this.resting ? undefined : [...this.thread.children].findLast(isResting);
    if (!group) return;
    group.classList.remove('resting');
    this.clock.frame(() => this.wake());
  }
}

function isResting(group: Element): boolean {
  return group.classList.contains('resting');
}
