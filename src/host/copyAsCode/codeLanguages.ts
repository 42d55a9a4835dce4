import { curlCode } from './curl';
import type { LanguageId } from './exportedRequest';
import { nodeCode } from './node';
import { pythonCode } from './python';
import type { TakenRequest } from './exportedRequest';

interface Language {
  /** A name, the same in every language people speak. */
  readonly label: string;
  readonly write: (request: TakenRequest) => string;
}

export const languages: Readonly<Record<LanguageId, Language>> = {
  curl: { label: 'cURL', write: curlCode },
  python: { label: 'Python', write: pythonCode },
  node: { label: 'Node.js', write: nodeCode },
};
