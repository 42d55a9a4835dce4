import type { Command } from '../commands';
import type { Connections } from '../connection/connections';
import type { DemoMode } from '../connection/demoMode';
import { textIn } from '../settings/userPrompts';
import type { ModelCatalog } from './modelCatalog';

interface ModelCommandDeps {
  readonly connections: Pick<Connections, 'selectModel'>;
  readonly catalog: Pick<ModelCatalog, 'pick'>;
  readonly demo: Pick<DemoMode, 'active'>;
  readonly conversations: { readonly current?: { selectModel(model: string, demo: boolean): void } | undefined };
}

export function registerModels({ connections, catalog, conversations, demo }: ModelCommandDeps): readonly Command[] {
  /**
   * Selects the model for the next prompts. A waiting turn of the current conversation switches to that model as well.
   * @param argument id of the model. Without it, the user chooses a model.
   * @returns the id, or undefined if the user chose no model
   */
  const selectModel = async (argument: unknown): Promise<string | undefined> => {
    const model = textIn(argument) ?? (await catalog.pick());
    if (model === undefined) return undefined;
    conversations.current?.selectModel(model, demo.active);
    await connections.selectModel(model);
    return model;
  };
  return [{ id: 'holysheep.selectModel', execute: selectModel }];
}
