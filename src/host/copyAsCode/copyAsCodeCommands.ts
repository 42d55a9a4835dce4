import * as v from 'valibot';
import type { Localize } from '../../engine/engine';
import type { Command } from '../commands';
import { localize } from '../util/localization';
import { parseArgument } from '../util/schemas';
import { type LanguageId, languageIds } from './codeLanguages';
import { copyAsCode, type CopyAsCodeDeps } from './copyAsCode';

/** Registers the command that copies a request of the current conversation as code and returns the code. */
export function registerCopyAsCode(deps: CopyAsCodeDeps): readonly Command[] {
  return [
    {
      id: 'holysheep.copyRequest',
      execute: (argument) => copyAsCode(deps, { language: copyRequestArgument(argument, localize) }),
    },
  ];
}

/**
 * Returns the language in the argument of `holysheep.copyRequest`. Returns undefined if the argument is not a string,
 * because a menu passes the item on which it was opened.
 * @throws ArgumentError if the language is unknown
 */
export function copyRequestArgument(argument: unknown, localize: Localize): LanguageId | undefined {
  if (typeof argument !== 'string') return undefined;
  const message = localize('holysheep.copyRequest expects “curl”, “python”, or “node”.');
  return parseArgument(v.picklist(languageIds, message), argument);
}
