import type { Attachment, ContextKind } from '../../shared/protocol';
import { codeLimits } from '../code/codeExcerpt';
import { codeFence, type CodeProblem } from '../code/codePrompts';

/** English, as models follow it best. */
const headings: Readonly<Record<ContextKind, string>> = {
  selection: 'Selected code:',
  file: 'File:',
  problems: 'Problems the editor reports in:',
};

/**
 * What the model is sent: the prompt, and behind it what was attached, each piece with what it is and where from.
 * @returns undefined without attachments: the prompt goes as it is.
 */
export function contextPrompt(prompt: string, attachments: readonly Attachment[]): string | undefined {
  if (attachments.length === 0) return undefined;
  return [prompt, 'Attached to this prompt as context:', ...attachments.map(formatAttachment)].join('\n\n');
}

function formatAttachment({ kind = 'selection', label, languageId, code, truncated }: Attachment): string {
  // A label is one line whatever the file is called, or it could pass for the text around it.
  const heading = [`${headings[kind]} ${label.replace(/\s+/g, ' ')}`];
  if (kind !== 'problems' && languageId) heading.push(`Language: ${languageId}`);
  if (truncated) heading.push(`It was too long: only its first ${code.length} characters are here.`);
  // Problems are a list of lines already.
  return `${heading.join('\n')}\n\n${kind === 'problems' ? code : codeFence(code, languageId)}`;
}

export interface FileProblem extends CodeProblem {
  /** From 1. */
  readonly column: number;
  /** Who says so, e.g. `ts 2322`; empty: unknown. */
  readonly source: string;
}

/** A list of problems as compilers write them, which models have seen a lot of. */
export function formatProblems(path: string, problems: readonly FileProblem[]): string {
  return problems
    .map(({ line, column, severity, message, source }) => {
      const text = `- ${path}:${line}:${column} ${severity}: ${message.replace(/\s+/g, ' ')}`;
      return source ? `${text} (${source})` : text;
    })
    .join('\n');
}

/** How much context goes along: of one piece, of all pieces of a prompt, and the largest file that is read at all. */
export const contextLimits = { attachment: codeLimits.characters, draft: 200_000, fileBytes: 1024 * 1024 } as const;
