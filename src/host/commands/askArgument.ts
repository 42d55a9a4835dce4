import type { Localize } from '../../core/engine';
import { ArgumentError } from '../userError';

export interface AskArgument {
  readonly prompt: string;
  readonly model?: string | undefined;
  readonly newConversation?: boolean | undefined;
}

/** @throws ArgumentError that says what is wrong */
export function askArgument(argument: unknown, localize: Localize): AskArgument {
  if (typeof argument === 'string') return { prompt: nonEmpty(argument, localize) };
  if (typeof argument !== 'object' || argument === null || !('prompt' in argument)) {
    throw new ArgumentError(localize('"holysheep.ask" takes a prompt, or an object with a prompt.'));
  }
  const { prompt, model, newConversation }: Readonly<Record<string, unknown>> = { ...argument };
  if (typeof prompt !== 'string') throw new ArgumentError(localize('"prompt" must be a text.'));
  if (model !== undefined && (typeof model !== 'string' || !model.trim())) {
    throw new ArgumentError(localize('"model" must be the id of a model.'));
  }
  if (newConversation !== undefined && typeof newConversation !== 'boolean') {
    throw new ArgumentError(localize('"newConversation" must be true or false.'));
  }
  return { prompt: nonEmpty(prompt, localize), model, newConversation };
}

function nonEmpty(prompt: string, localize: Localize): string {
  if (!prompt.trim()) throw new ArgumentError(localize('The prompt is empty.'));
  return prompt;
}
