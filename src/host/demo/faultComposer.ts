import type { EngineSettings } from '../../core/settings';
import { faultKinds, type ComposedFault, type FaultName } from '../../demo/demo';
import type { Conversations } from '../conversation/conversations';
import { localize } from '../localize';
import type { ConversationPanels } from '../panel/conversationPanels';
import { timeOfDay } from '../timeOfDay';
import { composedPrompt, faultText } from './composedPrompt';
import { composedSettings } from './composedSettings';
import { demoConversation, nameAfterDemo } from './demoConversation';
import type { DemoLife } from './demoLife';
import type { DemoMode } from './demoMode';
import { planOf } from './faultPlan';
import { pickFault, type Plans } from './faultPicker';
import { askForSeconds, askForTimes } from './faultNumbers';
import { planFrom, type FaultPlan } from './planLines';

export interface ComposeFaultDeps {
  readonly demo: DemoMode;
  readonly life: DemoLife;
  readonly conversations: Conversations;
  readonly panels: ConversationPanels;
  /** The user's own. */
  readonly settings: () => EngineSettings;
  readonly model: () => string;
}

/** So much longer, and people are offered to wait less. */
const muchLongerMs = 5000;

/** Lets a person compose faults, shows what their settings would do about them, and asks the demo. */
export async function composeFault(deps: ComposeFaultDeps): Promise<void> {
  const lifetime = new AbortController();
  try {
    await compose(deps, lifetime.signal);
  } finally {
    lifetime.abort();
  }
}

async function compose(deps: ComposeFaultDeps, signal: AbortSignal): Promise<void> {
  const settings = (shortened: boolean): EngineSettings => composedSettings(deps.settings(), deps.model(), shortened);
  let faults: readonly ComposedFault[] = [];
  for (;;) {
    const plans = faults.length > 0 ? await plansFor(faults, settings, signal) : undefined;
    const texts = faults.map((fault) => faultText(fault, faultKinds, localize));
    const choice = await pickFault(faultKinds, texts, plans);
    switch (choice?.do) {
      case undefined:
        return;
      case 'back':
        faults = faults.slice(0, -1);
        break;
      case 'add': {
        const fault = await numbersOf(choice.name, deps);
        if (fault) faults = [...faults, fault];
        break;
      }
      case 'ask': {
        const plan = choice.shortened ? plans?.shortened : plans?.own;
        if (!plan) return;
        await ask(deps, { faults, settings: settings(choice.shortened) }, composedPrompt(texts, plan.lines, localize));
        return;
      }
    }
  }
}

/** @returns undefined when the person goes back */
async function numbersOf(name: FaultName, deps: ComposeFaultDeps): Promise<ComposedFault | undefined> {
  const { seconds: what } = faultKinds[name];
  const { retry } = deps.settings();
  const seconds = what === undefined ? undefined : await askForSeconds(name, localize(what), retry.maxHintMs);
  if (what !== undefined && seconds === undefined) return undefined;
  const times = await askForTimes(retry.maxRetries);
  return times === undefined ? undefined : { name, seconds, times };
}

async function plansFor(
  faults: readonly ComposedFault[],
  settings: (shortened: boolean) => EngineSettings,
  signal: AbortSignal,
): Promise<Plans> {
  const plan = async (shortened: boolean): Promise<FaultPlan> => {
    const deps = { localize, formatTime: timeOfDay, now: Date.now(), signal };
    return planFrom(await planOf(faults, settings(shortened), deps), localize);
  };
  const [own, shortened] = [await plan(false), await plan(true)];
  return own.totalMs - shortened.totalMs > muchLongerMs ? { own, shortened } : { own };
}

async function ask(
  { demo, life, conversations, panels }: ComposeFaultDeps,
  composition: { readonly faults: readonly ComposedFault[]; readonly settings: EngineSettings },
  prompt: string,
): Promise<void> {
  await demo.enter();
  const model = demo.compose(composition);
  if (model === undefined) return;
  const conversation = demoConversation(conversations);
  life.opened(conversation);
  panels.show(conversation, { preserveFocus: false });
  nameAfterDemo(conversation, localize);
  conversation.ask({ prompt, model, demo: true });
}
