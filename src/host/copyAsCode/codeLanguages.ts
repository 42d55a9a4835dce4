import { curlCode } from './curl';
import type { ExportedRequest } from './exportedRequest';
import { nodeCode } from './nodeProgram';
import { pythonCode } from './pythonProgram';

/** The languages in which a request can be copied. They are the arguments of the command `holysheep.copyRequest`. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];

interface Language {
  /** Name of the language. It is a proper name, so it is not translated. */
  readonly label: string;
  /** Returns the code that sends a request. */
  readonly write: (request: ExportedRequest) => string;
}

export const languages: Readonly<Record<LanguageId, Language>> = {
  curl: { label: 'cURL', write: curlCode },
  python: { label: 'Python', write: pythonCode },
  node: { label: 'Node.js', write: nodeCode },
};
