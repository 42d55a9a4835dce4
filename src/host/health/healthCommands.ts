import type { Command } from '../commands';
import type { Services } from '../services';

export function registerHealth({ healthPanel }: Services): readonly Command[] {
  return [{ id: 'holysheep.openHealth', execute: () => healthPanel.show() }];
}
