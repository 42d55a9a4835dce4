import type { PromptInput } from '../conversation/exchange';
import { isPromptInput } from '../conversation/journalCheck';
import type { Store } from '../conversation/promptHistory';

const key = 'holysheep.heldPrompts';

/** Characters of all that is kept: VS Code reads it at each start. */
const room = 200_000;

/** Prompts that wait for a key and are more than their words, over a reload of the window. */
export class HeldPrompts {
  constructor(
    private readonly memory: Store,
    private readonly onError: (error: unknown) => void,
  ) {}

  of(conversationId: string): PromptInput | undefined {
    const input = this.all()[conversationId];
    return isPromptInput(input) ? input : undefined;
  }

  /** One that is too long for a workspace's memory is not kept. */
  keep(conversationId: string, input: PromptInput): void {
    const all = { ...this.all(), [conversationId]: input };
    if (JSON.stringify(all).length <= room) this.write(all);
    else this.forget(conversationId);
  }

  forget(conversationId: string): void {
    const { [conversationId]: before, ...others } = this.all();
    if (before !== undefined) this.write(others);
  }

  private all(): Readonly<Record<string, unknown>> {
    return { ...(Object(this.memory.get(key)) as Record<string, unknown>) };
  }

  private write(all: Readonly<Record<string, unknown>>): void {
    this.memory.update(key, Object.keys(all).length > 0 ? all : undefined).then(undefined, this.onError);
  }
}
