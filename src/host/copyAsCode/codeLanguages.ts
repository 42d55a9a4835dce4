import { curlCode } from './curl';
import type { ExportedRequest } from './exportedRequest';
import { nodeCode } from './nodeProgram';
import { pythonCode } from './pythonProgram';

/** The languages that a request can be copied in: the arguments of `holysheep.copyRequest`. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];

interface Language {
  /** A proper name, which is not translated. */
  readonly label: string;
  readonly write: (request: ExportedRequest) => string;
}

export const languages: Readonly<Record<LanguageId, Language>> = {
  curl: { label: 'cURL', write: curlCode },
  python: { label: 'Python', write: pythonCode },
  node: { label: 'Node.js', write: nodeCode },
};
