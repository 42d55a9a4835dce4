import type { Attachment, ContextKind } from '../../shared/protocol';
import { codeLimits } from '../code/codeExcerpt';
import { codeFence, type CodeProblem } from '../code/codePrompts';

/** Headings of the attachments in a prompt. They are in English, because models follow English best. */
const headings: Readonly<Record<ContextKind, string>> = {
  selection: 'Selected code:',
  file: 'File:',
  problems: 'Problems the editor reports in:',
};

/**
 * Returns the text that is sent to the model: the prompt, followed by the attachments with their kinds and sources.
 * Returns undefined if there are no attachments, because then the prompt is sent as it is.
 */
export function contextPrompt(prompt: string, attachments: readonly Attachment[]): string | undefined {
  if (attachments.length === 0) return undefined;
  return [prompt, 'Attached to this prompt as context:', ...attachments.map(formatAttachment)].join('\n\n');
}

function formatAttachment({ kind = 'selection', label, languageId, code, truncated }: Attachment): string {
  // A file name with line breaks could pass for the text around it. Therefore the label is reduced to one line.
  const heading = [`${headings[kind]} ${label.replace(/\s+/g, ' ')}`];
  if (kind !== 'problems' && languageId) heading.push(`Language: ${languageId}`);
  if (truncated) heading.push(`It was too long: only its first ${code.length} characters are here.`);
  // A list of problems is readable without a code fence.
  return `${heading.join('\n')}\n\n${kind === 'problems' ? code : codeFence(code, languageId)}`;
}

/** A problem that the editor reports in a file. */
export interface FileProblem extends CodeProblem {
  /** Column number, starting at 1. */
  readonly column: number;
  /** Tool and code of the problem, e.g. `ts 2322`. Empty if they are unknown. */
  readonly source: string;
}

/** Formats problems as compilers do, because models have seen that format often. */
export function formatProblems(path: string, problems: readonly FileProblem[]): string {
  return problems
    .map(({ line, column, severity, message, source }) => {
      const text = `- ${path}:${line}:${column} ${severity}: ${message.replace(/\s+/g, ' ')}`;
      return source ? `${text} (${source})` : text;
    })
    .join('\n');
}

/**
 * Limits for the context of a prompt: characters of one attachment and of all together, and size of a file in bytes.
 */
export const contextLimits = { attachment: codeLimits.characters, draft: 200_000, fileBytes: 1024 * 1024 } as const;
