import type * as vscode from 'vscode';
import type { ModelFacts } from '../../engine/models/modelFacts';
import { effortChoiceIn, effortChoices, type EffortChoice, type ReasoningEffort } from '../../engine/request';
import type { ReasoningFields } from '../../engine/models/reasoningFields';
import type { EffortView } from '../../shared/protocol';
import type { Settings } from '../settings/settings';
import { ChangeNotifier } from '../util/changeNotifier';
import { ModelMemory } from '../util/modelMemory';

interface ModelEffortsDeps {
  readonly settings: Settings;
  readonly memory: vscode.Memento;
  readonly facts: (model: string) => ModelFacts | undefined;
}

/**
 * The reasoning effort of each model. If the user has chosen no effort for a model, the effort in the settings is used.
 */
export class ModelEfforts extends ChangeNotifier {
  private readonly remembered: ModelMemory<EffortChoice>;

  constructor(private readonly deps: ModelEffortsDeps) {
    super();
    this.remembered = new ModelMemory(deps.memory, 'holysheep.reasoningEfforts', effortChoiceIn);
  }

  levelOf(model: string): EffortChoice {
    return this.reader()(model);
  }

  /**
   * Returns a function that looks up the reasoning effort of a model. The settings are read only once, so that the
   * function is fast for many models.
   */
  reader(): (model: string) => EffortChoice {
    const remembered = this.remembered.all();
    const setting = this.deps.settings.reasoningEffort();
    return (model) => remembered.get(model) ?? setting;
  }

  /**
   * Returns what the reasoning effort button shows for a model.
   * @param fields the reasoning effort of the next request, if it is known
   */
  viewOf(model: string, { effort, refusedEffort }: Partial<ReasoningFields> = {}): EffortView | undefined {
    const view = effortView(this.levelOf(model), this.deps.facts(model));
    return view && refusedEffort ? { ...view, sent: effort ?? 'default' } : view;
  }

  /**
   * Remembers a reasoning effort for a model. *Model default* is remembered only if the settings contain another
   * effort.
   */
  async choose(model: string, level: EffortChoice): Promise<void> {
    const isDefault = level === 'default' && this.deps.settings.reasoningEffort() === 'default';
    await this.remembered.remember(model, isDefault ? undefined : level);
    this.changeEmitter.fire();
  }
}

/**
 * Returns what the reasoning effort button shows. Its list of levels always contains the current level, even if the
 * model might not accept it. Returns undefined if there is nothing to choose.
 */
export function effortView(level: EffortChoice, facts: ModelFacts | undefined): EffortView | undefined {
  const possibleLevels: readonly EffortChoice[] = ['default', level, ...levelsOf(facts)];
  const levels = effortChoices.filter((choice) => possibleLevels.includes(choice));
  return levels.length < 2 ? undefined : { level, levels, ...(isToggle(facts) && { isToggle: true }) };
}

/**
 * Reasoning efforts offered for a model about which nothing is known. They are offered because the gateway might
 * support them for the model.
 */
const usualLevels: readonly ReasoningEffort[] = ['low', 'medium', 'high'];

function levelsOf(facts: ModelFacts | undefined): readonly ReasoningEffort[] {
  const { efforts, reasons, reasoningToggle, reasoningBudget } = facts ?? {};
  if (isToggle(facts)) return ['none', 'high'];
  if (reasons === false) return efforts ?? [];
  const canSwitchOff = reasoningToggle === true || reasoningBudget?.min === 0;
  return [...(canSwitchOff ? (['none'] as const) : []), ...(efforts ?? usualLevels)];
}

function isToggle({ efforts, reasoningToggle, reasoningBudget }: ModelFacts = {}): boolean {
  return reasoningToggle === true && !efforts && !reasoningBudget;
}
