import { curlCode } from './curl';
import type { ExportedRequest } from './exportedRequest';
import { nodeCode, pythonCode } from './programs';

/** The languages in which a request can be copied, by the argument of the command `holysheep.copyRequest`. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];

interface Language {
  /** Display name of the language. It is not translated. */
  readonly label: string;
  /** Returns code in this language that sends a request. */
  readonly write: (request: ExportedRequest) => string;
}

export const languages: Readonly<Record<LanguageId, Language>> = {
  curl: { label: 'cURL', write: curlCode },
  python: { label: 'Python', write: pythonCode },
  node: { label: 'Node.js', write: nodeCode },
};
