import type { Localize } from '../../core/engine';
import type { ComposedFault, faultKinds } from '../../demo/demo';

/** Its name and how often it is met, in the user's language. */
export function faultText(
  { name, seconds, times }: ComposedFault,
  kinds: typeof faultKinds,
  localize: Localize,
): string {
  const title = localize(kinds[name].title, { 0: seconds ?? 0 });
  if (times === 1) return title;
  return times === Infinity
    ? localize('{0}, every time', { 0: title })
    : localize('{0}, {1} times', { 0: title, 1: times });
}

/** What is asked: it says what goes wrong, and what is to be expected, so that both can be compared with what happens. */
export function composedPrompt(faults: readonly string[], plan: readonly string[], localize: Localize): string {
  return [
    localize('What do retries do about this?'),
    ...faults.map((fault, index) => `${index + 1}. ${fault}`),
    '',
    localize('Expected with these settings, where chance is in the middle:'),
    ...plan.map((line) => `– ${line}`),
  ].join('\n');
}
