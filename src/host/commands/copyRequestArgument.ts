import type { Localize } from '../../core/engine';
import { languageIds, type LanguageId } from '../takeAway/languageIds';
import { ArgumentError } from '../userError';

/**
 * @returns undefined for what is no text: a menu hands over what it stands at
 * @throws ArgumentError that says what there is
 */
export function copyRequestArgument(argument: unknown, localize: Localize): LanguageId | undefined {
  if (typeof argument !== 'string') return undefined;
  const language = languageIds.find((id) => id === argument);
  if (language !== undefined) return language;
  throw new ArgumentError(localize('"holysheep.copyRequest" takes "curl", "python" or "node".'));
}
