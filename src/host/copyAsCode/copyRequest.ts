import * as v from 'valibot';
import type { Localize } from '../../engine/engine';
import { localize } from '../util/localization';
import { copyAsCode, type CopyAsCodeDeps } from './copyAsCode';
import { parsedArgument } from '../util/schemas';
import { type LanguageId, languageIds } from './codeLanguages';
import type { Command } from '../command';

/** Of the current conversation, the last one unless the user chooses another; returns the code. */
export function copyRequestCommand(deps: CopyAsCodeDeps): Command {
  return {
    id: 'holysheep.copyRequest',
    async execute(argument: unknown): Promise<string | undefined> {
      const language = copyRequestArgument(argument, localize);
      return copyAsCode(deps, { language });
    },
  };
}

/**
 * @returns undefined for a value that is not a text: a menu hands over the item that it was opened on
 * @throws ArgumentError that names the languages
 */
export function copyRequestArgument(argument: unknown, localize: Localize): LanguageId | undefined {
  if (typeof argument !== 'string') return undefined;
  const message = localize('"holysheep.copyRequest" takes "curl", "python" or "node".');
  return parsedArgument(v.picklist(languageIds, message), argument);
}
