import type { Command } from '../commands';
import type { Services } from '../services';
import { parseText } from '../settings/settingValues';

export function registerModels({ connections, catalog, conversations, demo }: Services): readonly Command[] {
  /**
   * Selects the model for the next prompts. A waiting turn of the current conversation switches to that model as well.
   * @param argument id of the model. Without it, the user chooses a model.
   * @returns the id, or undefined if the user chose no model
   */
  const selectModel = async (argument: unknown): Promise<string | undefined> => {
    const id = parseText(argument, '');
    const model = id === '' ? await catalog.pick() : id;
    if (model === undefined) return undefined;
    conversations.current?.selectModel(model, demo.active);
    await connections.selectModel(model);
    return model;
  };
  return [{ id: 'holysheep.selectModel', execute: selectModel }];
}
