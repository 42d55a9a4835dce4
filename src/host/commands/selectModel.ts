import { textFrom } from '../settingValues';
import type { Connections } from '../connections';
import type { ModelCatalog } from '../modelCatalog';
import type { Conversation } from '../conversation/conversation';
import type { Command } from './command';

export interface SelectModelDeps {
  readonly connections: Pick<Connections, 'selectModel'>;
  readonly catalog: Pick<ModelCatalog, 'pick'>;
  readonly conversations: { readonly current: Pick<Conversation, 'selectModel'> | undefined };
  readonly demo: { readonly active: boolean };
}

/**
 * Selects the model of the prompts to come, and of the shown conversation's turn if that waits. Optional argument: the
 * model's id; then nothing is asked. Returns the id, undefined when none was chosen.
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
