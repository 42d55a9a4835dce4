import * as v from 'valibot';
import type { Localize } from '../../engine/engine';
import type { Command } from '../commands';
import type { Services } from '../services';
import { localize } from '../util/localization';
import { parsedArgument } from '../util/schemas';
import { type LanguageId, languageIds } from './codeLanguages';
import { copyAsCode } from './copyAsCode';

/** Copies a request of the current conversation, the last one unless the user chooses another; returns the code. */
export function registerCopyAsCode(services: Services): readonly Command[] {
  return [
    {
      id: 'holysheep.copyRequest',
      execute: (argument) => copyAsCode(services, { language: copyRequestArgument(argument, localize) }),
    },
  ];
}

/**
 * @returns undefined for a value that is not a text: a menu hands over the item that it was opened on
 * @throws ArgumentError that names the languages
 */
export function copyRequestArgument(argument: unknown, localize: Localize): LanguageId | undefined {
  if (typeof argument !== 'string') return undefined;
  const message = localize('"holysheep.copyRequest" expects "curl", "python" or "node".');
  return parsedArgument(v.picklist(languageIds, message), argument);
}
