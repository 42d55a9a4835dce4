import { textFrom } from '../settingValues';
import type { Connections } from '../connections';
import type { ModelCatalog } from '../modelCatalog';
import type { Command } from './command';

/** Optional argument: the model's id; then nothing is asked. Returns the id, undefined when none was chosen. */
export function selectModelCommand(connections: Connections, catalog: ModelCatalog): Command {
  return {
    id: 'holysheep.selectModel',
    async execute(argument): Promise<string | undefined> {
      const given = textFrom(argument, '');
      const model = given === '' ? await catalog.pick() : given;
      if (model !== undefined) await connections.selectModel(model);
      return model;
    },
  };
}
