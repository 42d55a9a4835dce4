import { textFrom } from '../settings/settingValues';
import type { Connections } from '../connection/connections';
import type { ModelCatalog } from './modelCatalog';
import type { Conversation } from '../conversation/conversation';
import type { Command } from '../command';

export interface SelectModelDeps {
  readonly connections: Pick<Connections, 'selectModel'>;
  readonly catalog: Pick<ModelCatalog, 'pick'>;
  readonly conversations: { readonly current: Pick<Conversation, 'selectModel'> | undefined };
  readonly demo: { readonly active: boolean };
}

/**
 * Selects the model for the next prompts. If the turn of the shown conversation waits, it switches to that model, too.
 * Optional argument: the id of the model; without it, the user chooses one. Returns the id, or undefined when the user
 * chose none.
 */
export function selectModelCommand({ connections, catalog, conversations, demo }: SelectModelDeps): Command {
  return {
    id: 'holysheep.selectModel',
    async execute(argument): Promise<string | undefined> {
      const given = textFrom(argument, '');
      const model = given === '' ? await catalog.pick() : given;
      if (model === undefined) return undefined;
      conversations.current?.selectModel(model, demo.active);
      await connections.selectModel(model);
      return model;
    },
  };
}
