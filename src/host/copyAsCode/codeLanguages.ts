import type { LanguageId } from '../commandArgs';
import { curlCode } from './curl';
import type { ExportedRequest } from './exportedRequest';
import { nodeCode, pythonCode } from './programs';

interface Language {
  /** Display name of the programming language. It is not translated. */
  readonly label: string;
  /** Returns code in this language that sends a request. */
  readonly write: (request: ExportedRequest) => string;
}

export const languages: Readonly<Record<LanguageId, Language>> = {
  curl: { label: 'cURL', write: curlCode },
  python: { label: 'Python', write: pythonCode },
  node: { label: 'Node.js', write: nodeCode },
};
