import * as vscode from 'vscode';
import type { Commands } from '../commands';
import type { Connections } from '../connection/connections';
import type { DemoMode } from '../connection/demoMode';
import { textIn } from '../settings/userPrompts';
import { recentModels } from './modelGroups';
import { ModelLists } from './modelLists';
import { pickModel, type ModelPick, type ModelPickOptions, type PickableModels } from './modelPick';
import { createEssenceText } from './modelTexts';
import { pickComparedModels } from './pickComparedModels';

/** The models of the last comparison. */
const comparedKey = 'holysheep.comparedModels';

/** Lets the user choose models from the lists of the gateways. */
export class ModelCatalog extends ModelLists {
  async pick(): Promise<string | undefined> {
    return modelOf(await this.choose({}));
  }

  /** @param exclude the model that answers now, and further ones that are not offered */
  async pickOther(exclude: readonly string[], demo: boolean): Promise<string | undefined> {
    return modelOf(await this.choose({ title: vscode.l10n.t('Switch model'), exclude }, demo));
  }

  /** @returns `compare` if the user wants to compare models instead */
  pickForPrompt(demo: boolean): Promise<ModelPick | 'compare' | undefined> {
    return this.choose({ isForPrompt: true }, demo);
  }

  /** Lets the user choose the models of a comparison. Their last choice is checked, or else the selected model. */
  async pickCompared(demo: boolean): Promise<readonly string[] | undefined> {
    const { connections, log, memory } = this.deps;
    const current = connections.model(demo);
    const last = demo ? [current] : memory.get<readonly string[]>(comparedKey, [current]);
    const picks = await pickComparedModels(this.createLoad(demo), current, last, { log, ...this.choices() });
    if (!picks) return undefined;
    for (const pick of picks) await this.rememberGateway(pick);
    const models = picks.map(({ model }) => model);
    if (!demo) await memory.update(comparedKey, models);
    return models;
  }

  private async choose(options: ModelPickOptions, demo?: boolean): Promise<ModelPick | 'compare' | undefined> {
    const current = this.deps.connections.model(demo);
    const pick = await pickModel(this.createLoad(demo), current, { ...options, ...this.choices() });
    if (typeof pick === 'object') await this.rememberGateway(pick);
    return pick;
  }

  private choices() {
    const { settings } = this.deps;
    return {
      fallbacks: settings.engineSettings().fallbackModels,
      overrides: (names: readonly string[]) => settings.modelOverrides(names),
    };
  }

  private async rememberGateway({ model, baseUrl }: ModelPick): Promise<void> {
    const position = this.deps.settings.gateways().findIndex(({ url }) => url === baseUrl);
    if (position >= 0) await this.gateways.remember(model, position === 0 ? undefined : baseUrl);
  }

  /** Returns the function that loads the models for a picker. */
  private createLoad(demo: boolean | undefined): (fresh: boolean) => Promise<PickableModels> {
    const { health } = this.deps;
    return async (fresh) => {
      if (fresh) this.cache.clear();
      const [gateways] = await Promise.all([this.listGateways(demo), health.refresh()]);
      const records = health.records();
      const essenceOf = createEssenceText(records);
      return {
        gateways: gateways.map((gateway) => ({
          ...gateway,
          essence: (model: string) => essenceOf(model, gateway.baseUrl, gateway.cooldownEnd?.(model)),
        })),
        recent: recentModels(records, new Set(gateways.map(({ baseUrl }) => baseUrl))),
      };
    };
  }
}

function modelOf(pick: ModelPick | 'compare' | undefined): string | undefined {
  return typeof pick === 'object' ? pick.model : undefined;
}

interface ModelCommandDeps {
  readonly connections: Pick<Connections, 'selectModel'>;
  readonly catalog: Pick<ModelCatalog, 'pick'>;
  readonly demo: Pick<DemoMode, 'active'>;
  readonly conversations: { readonly current?: { selectModel(model: string, demo: boolean): void } | undefined };
}

export function registerModels({ connections, catalog, conversations, demo }: ModelCommandDeps) {
  return {
    /** A waiting turn of the current conversation switches as well. Without an argument, the user chooses a model. */
    'holysheep.selectModel': async (argument) => {
      const model = textIn(argument) ?? (await catalog.pick());
      if (model === undefined) return undefined;
      conversations.current?.selectModel(model, demo.active);
      await connections.selectModel(model);
      return model;
    },
  } satisfies Commands;
}
