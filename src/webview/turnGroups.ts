import { element } from './element';

/** Exchanges of a group. */
const groupSize = 10;

/**
 * Turns in groups that the browser lays out and paints apart: a frame must cost no more in a long conversation than in
 * a short one.
 */
export class TurnGroups {
  constructor(private readonly thread: HTMLElement) {}

  append(you: HTMLElement, assistant: HTMLElement): void {
    let group = this.thread.lastElementChild;
    if (!group || group.childElementCount >= 2 * groupSize) {
      group = element('div', { class: 'turns' });
      this.thread.append(group);
    }
    group.append(you, assistant);
  }

  /** Takes groups away that have nothing left in them. */
  prune(): void {
    for (const group of [...this.thread.children]) if (!group.firstElementChild) group.remove();
  }
}
