import { element, type ElementSpec } from './tree';

/** What `[x]` and `[ ]` at the beginning of a list item become: an image with a name, so that it is no text. */
export interface TaskMarks {
  readonly done: ElementSpec;
  readonly open: ElementSpec;
}

export interface TaskLabels {
  readonly taskDone: string;
  readonly taskOpen: string;
}

export function taskMarks({ taskDone, taskOpen }: TaskLabels): TaskMarks {
  return { done: mark(taskDone), open: mark(taskOpen) };
}

function mark(label: string): ElementSpec {
  return element('span', { class: 'task-mark', role: 'img', 'aria-label': label }, []);
}
