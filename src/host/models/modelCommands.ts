import type { Command } from '../commands';
import type { Services } from '../services';
import { textFrom } from '../settings/settingValues';

export function registerModels({ connections, catalog, conversations, demo }: Services): readonly Command[] {
  /**
   * Selects the model for the next prompts. If the turn of the shown conversation waits, it switches to that model, too.
   * @param argument the id of the model; without it, the user chooses one
   * @returns the id, or undefined when the user chose none
   */
  const selectModel = async (argument: unknown): Promise<string | undefined> => {
    const given = textFrom(argument, '');
    const model = given === '' ? await catalog.pick() : given;
    if (model === undefined) return undefined;
    conversations.current?.selectModel(model, demo.active);
    await connections.selectModel(model);
    return model;
  };
  return [{ id: 'holysheep.selectModel', execute: selectModel }];
}
