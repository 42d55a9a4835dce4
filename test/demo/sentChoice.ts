import type { Step } from '../../src/demo/script';

interface Choice {
  readonly delta: { readonly content?: string; readonly reasoning_content?: string };
  readonly finish_reason: string | null;
}

/** Returns the choice in the chunk that a step sends, or undefined if the step sends no chunk with a choice. */
export function sentChoice(step: Step): Choice | undefined {
  if (!('send' in step) || !step.send.startsWith('data: {')) return undefined;
  const { choices } = JSON.parse(step.send.slice('data: '.length)) as { readonly choices: readonly Choice[] };
  return choices[0];
}
