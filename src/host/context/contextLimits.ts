import { codeLimits } from '../code/codeExcerpt';

/** How much context goes along: of one piece, of all pieces of a prompt, and the largest file that is read at all. */
export const contextLimits = { piece: codeLimits.characters, draft: 200_000, fileBytes: 1024 * 1024 } as const;
