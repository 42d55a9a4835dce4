import { element } from '../util/element';
import type { PanelClock } from '../util/panelClock';

/** Exchanges of a group. */
const groupSize = 10;

/** Groups at the end that never rest: what has just been asked and answered is there to be read, by whatever reads. */
const awakeAtEnd = 3;

/**
 * Turns in groups that the browser lays out and paints apart: a frame must cost no more in a long conversation than in
 * a short one.
 */
export class TurnGroups {
  private resting = false;

  constructor(
    private readonly thread: HTMLElement,
    private readonly clock: Pick<PanelClock, 'frame'>,
  ) {
    // There are no frames while it is hidden: what is waking then must not wait for one.
    thread.ownerDocument.addEventListener('visibilitychange', () => this.wake());
  }

  append(you: HTMLElement, assistant: HTMLElement): void {
    let group = this.thread.lastElementChild;
    if (!group || group.childElementCount >= 2 * groupSize) {
      group = element('div', { class: 'turns' });
      this.thread.append(group);
    }
    group.append(you, assistant);
  }

  /**
   * Lets the browser skip groups that are far from view, those at the end and those with a turn that is not over
   * excepted: else it goes through all of them, frame by frame, to find what is under the pointer. It knows the heights of
   * those that have been laid out; in a window that isn't shown none has been.
   */
  rest(resting: boolean): void {
    this.resting = resting && this.visible;
    if (this.resting) this.restFar();
    else this.wake();
  }

  /** Takes groups away that have nothing left in them. */
  prune(): void {
    for (const group of [...this.thread.children]) if (!group.firstElementChild) group.remove();
    if (this.resting) this.restFar();
  }

  private restFar(): void {
    const groups = [...this.thread.children];
    const far = groups.slice(0, -awakeAtEnd).filter(isOver);
    for (const group of groups) group.classList.toggle('resting', far.includes(group));
  }

  /** One a frame, the latest first: all at once would be felt, by whoever sees it. */
  private wake(): void {
    const groups = this.resting ? [] : [...this.thread.children].filter(isResting);
    for (const group of this.visible ? groups.slice(-1) : groups) group.classList.remove('resting');
    if (groups.length > 1 && this.visible) this.clock.frame(() => this.wake());
  }

  private get visible(): boolean {
    return this.thread.ownerDocument.visibilityState === 'visible';
  }
}

function isOver(group: Element): boolean {
  return group.querySelector('[aria-busy="true"]') === null;
}

function isResting(group: Element): boolean {
  return group.classList.contains('resting');
}
