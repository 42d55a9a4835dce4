import type { DemoModel } from '../../demo/scenarios';
import type { Localize, EngineSettings } from '../../engine/engine';
import type { DemoAction, DemoTourStep, Suggestion } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';

/** The model that is selected when the demo starts, and that answers in place of an overloaded one. */
export const steadyModel = 'demo-steady';

/**
 * Settings of every turn of the demo. They are the defaults whatever the user has set, so that each scenario goes as the
 * tour announces it, with a short idle timeout: nobody wants to watch a stall for a minute.
 */
export const demoSettings: EngineSettings = {
  retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, jitter: 'full', maxHintMs: 300_000 },
  fallbackModels: [steadyModel],
  resume: 'auto',
  timeout: { headersMs: null, firstTokenMs: null, idleMs: 6000, silentMs: null },
};

type Toured = Pick<Conversation, 'id' | 'title' | 'activeExchange' | 'exchanges' | 'ask' | 'rename' | 'stop'>;

interface DemoTourDeps {
  /** None while the demo is not active. */
  readonly models: () => readonly DemoModel[];
  readonly localize: Localize;
}

/** How far a conversation has come. */
interface Place {
  /** Index of the step that is offered. */
  readonly next: number;
  /** The one that was asked last. */
  readonly last?: number | undefined;
}

interface Step extends DemoModel {
  readonly watch: string;
}

/** Returns whether a conversation has no exchange that asked the user's own gateway. */
export function isOfDemo(conversation: Pick<Conversation, 'exchanges'>): boolean {
  return conversation.exchanges().every(({ demo }) => demo === true);
}

/** Leads a conversation with the demo through its scenarios, one after the other, at the person's pace. */
export class DemoTour {
  /** By the id of the conversation. */
  private readonly places = new Map<string, Place>();
  /** Which step an exchange is, by its id: its model may be another one by now. */
  private readonly asked = new Map<string, number>();

  constructor(private readonly deps: DemoTourDeps) {}

  /** What the empty conversation offers: everything the demo can show. */
  suggestions(): readonly Suggestion[] {
    const { models, localize } = this.deps;
    return models().map(({ id, title }) => ({ id, label: localize(title) }));
  }

  /** @returns undefined where the demo is not what this conversation is about. */
  guide(conversation: Toured): DemoTourStep | undefined {
    const { steps } = this;
    if (steps.length === 0 || !isOfDemo(conversation)) return undefined;
    const running = this.asked.get(conversation.activeExchange?.id ?? '');
    const { next, last } = this.place(conversation);
    const step = steps[running ?? next];
    if (!step) return this.end();
    const { localize } = this.deps;
    const place = { step: (running ?? next) + 1, steps: steps.length, title: localize(step.title) };
    return {
      heading: localize('{step} of {steps}: {title}', place),
      text: localize(step.watch),
      offers: running === undefined ? this.offers(last !== undefined) : [this.skip],
    };
  }

  /** Asks one of the suggestions; nothing happens when the demo is closed by now. */
  ask(conversation: Toured, model: string): void {
    const { models, localize } = this.deps;
    const found = models().find(({ id }) => id === model);
    if (!found) return;
    // Named before the first prompt, so that the history tells it from a real conversation.
    if (conversation.title === undefined && conversation.exchanges().length === 0) {
      conversation.rename(localize('Offline demo'));
    }
    const step = this.steps.findIndex(({ id }) => id === model);
    if (step >= 0) this.places.set(conversation.id, { next: step + 1, last: step });
    // Before it starts: it says so at once.
    const { id } = conversation.ask({ prompt: localize(found.prompt), model, demo: true });
    if (step >= 0) this.asked.set(id, step);
  }

  act(conversation: Toured, act: DemoAction): void {
    const { steps } = this;
    const { next, last } = this.place(conversation);
    switch (act) {
      case 'next':
        return this.askStep(conversation, steps[next]);
      case 'repeat':
        return this.askStep(conversation, steps[last ?? next]);
      case 'skip':
        if (this.asked.has(conversation.activeExchange?.id ?? '')) conversation.stop();
        else this.places.set(conversation.id, { next: next + 1, last });
        return;
      case 'again':
        this.places.delete(conversation.id);
        return;
    }
  }

  /** The demo is closed; the next one starts from the beginning. */
  forget(): void {
    this.places.clear();
    this.asked.clear();
  }

  private get steps(): readonly Step[] {
    return this.deps.models().filter((model): model is Step => model.watch !== undefined);
  }

  private place({ id }: Toured): Place {
    return this.places.get(id) ?? { next: 0 };
  }

  private askStep(conversation: Toured, step: Step | undefined): void {
    if (step) this.ask(conversation, step.id);
  }

  private get skip() {
    return { act: 'skip', label: this.deps.localize('Skip') } as const;
  }

  private offers(began: boolean): DemoTourStep['offers'] {
    const { localize } = this.deps;
    if (!began) return [{ act: 'next', label: localize('Start') }, this.skip];
    const next = { act: 'next', label: localize('Next step') } as const;
    return [next, { act: 'repeat', label: localize('Repeat the last step') }, this.skip];
  }

  private end(): DemoTourStep {
    const { localize } = this.deps;
    return {
      heading: localize("You've finished the tour."),
      text: localize('Ask anything, or leave the demo.'),
      offers: [{ act: 'again', label: localize('Start over') }],
    };
  }
}
