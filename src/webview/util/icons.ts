import { button, svg } from './element';

/** Outlines on a 16 × 16 grid. */
const outlines = {
  edit: 'M10.5 3l2.5 2.5L6 12.5l-3.2.7.7-3.2zM9 4.5L11.5 7',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  previous: 'M10 3.5L5.5 8l4.5 4.5',
  next: 'M6 3.5L10.5 8 6 12.5',
  down: 'M8 2.5v11M3.5 9L8 13.5 12.5 9',
  attach: 'M12.5 7.5L7.7 12.3a2.9 2.9 0 0 1-4.1-4.1L9 2.8a2 2 0 0 1 2.8 2.8L6.6 10.8a1 1 0 0 1-1.4-1.4L9.5 5',
  remove: 'M4 4l8 8M12 4l-8 8',
} as const;

export type Icon = keyof typeof outlines;

/** A quiet button that shows a picture and is named by its caption. */
export function iconButton(caption: string, icon: Icon, onClick: () => void): HTMLButtonElement {
  const created = button('', 'quiet', onClick);
  created.classList.add('icon-button');
  created.setAttribute('aria-label', caption);
  created.title = caption;
  created.append(svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: outlines[icon] })));
  return created;
}
