import * as vscode from 'vscode';
import type { ModelFacts } from '../../engine/models/modelFacts';
import { effortChoiceIn, effortChoices, type EffortChoice, type ReasoningEffort } from '../../engine/request';
import type { EffortView } from '../../shared/protocol';
import type { Settings } from '../settings/settings';
import { Disposable } from '../util/disposable';
import { ModelMemory } from '../util/modelMemory';

interface ModelEffortsDeps {
  readonly settings: Settings;
  readonly memory: vscode.Memento;
  readonly facts: (model: string) => ModelFacts | undefined;
}

/** The reasoning effort of each model: the one that the user chose for the model, or else the one in the settings. */
export class ModelEfforts extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;

  private readonly remembered: ModelMemory<EffortChoice>;

  constructor(private readonly deps: ModelEffortsDeps) {
    super();
    this.remembered = new ModelMemory(deps.memory, 'holysheep.reasoningEfforts', effortChoiceIn);
  }

  levelOf(model: string): EffortChoice {
    return this.reader()(model);
  }

  /** Returns a function for many models, which reads the settings only once. */
  reader(): (model: string) => EffortChoice {
    const remembered = this.remembered.all();
    const setting = this.deps.settings.reasoningEffort();
    return (model) => remembered.get(model) ?? setting;
  }

  viewOf(model: string): EffortView {
    return effortView(this.levelOf(model), this.deps.facts(model));
  }

  /** Remembers a level for a model. The model's default is remembered only where the settings name another level. */
  async choose(model: string, level: EffortChoice): Promise<void> {
    const isDefault = level === 'default' && this.deps.settings.reasoningEffort() === 'default';
    await this.remembered.remember(model, isDefault ? undefined : level);
    this.changeEmitter.fire();
  }
}

/** The levels contain the current one even if the model is not known to take it. */
export function effortView(level: EffortChoice, facts: ModelFacts | undefined): EffortView {
  const known: readonly EffortChoice[] = ['default', level, ...levelsOf(facts)];
  const levels = effortChoices.filter((choice) => known.includes(choice));
  return { level, levels, ...(isToggle(facts) && { isToggle: true }) };
}

/** A relay may pass the effort on although nothing is known about the model, so every model has levels. */
const usualLevels: readonly ReasoningEffort[] = ['low', 'medium', 'high'];

function levelsOf(facts: ModelFacts | undefined): readonly ReasoningEffort[] {
  const { efforts, reasoningToggle, reasoningBudget } = facts ?? {};
  if (isToggle(facts)) return ['none', 'high'];
  const canSwitchOff = reasoningToggle === true || reasoningBudget?.min === 0;
  return [...(canSwitchOff ? (['none'] as const) : []), ...(efforts ?? usualLevels)];
}

function isToggle({ efforts, reasoningToggle, reasoningBudget }: ModelFacts = {}): boolean {
  return reasoningToggle === true && !efforts && !reasoningBudget;
}
