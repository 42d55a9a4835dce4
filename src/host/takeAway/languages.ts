import { curlCode } from './curl';
import { nodeCode } from './node';
import { pythonCode } from './python';
import type { TakenRequest } from './takenRequest';

interface Language {
  /** A name, the same in every language people speak. */
  readonly label: string;
  readonly write: (request: TakenRequest) => string;
}

/** What a request can be taken away as, by the argument of `holysheep.copyRequest`. */
export const languages = {
  curl: { label: 'cURL', write: curlCode },
  python: { label: 'Python', write: pythonCode },
  node: { label: 'Node.js', write: nodeCode },
} as const satisfies Readonly<Record<string, Language>>;

export type LanguageId = keyof typeof languages;

export const languageIds = Object.keys(languages) as readonly LanguageId[];
