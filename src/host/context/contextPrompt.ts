import type { Attachment, ContextKind } from '../../shared/protocol';
import { codeLimits } from '../code/codeExcerpt';
import { codeFence, toSingleLine } from '../code/codePrompts';

/** Headings of the attachments in a prompt. They are in English, because models follow English best. */
const headings: Readonly<Record<ContextKind, string>> = {
  selection: 'Selected code:',
  file: 'File:',
  problems: 'Problems the editor reports in:',
};

/**
 * Returns the text that is sent to the model: the prompt, followed by each attachment with its kind and source. Returns
 * undefined if there are no attachments, because the prompt is then sent unchanged.
 */
export function contextPrompt(prompt: string, attachments: readonly Attachment[]): string | undefined {
  if (attachments.length === 0) return undefined;
  return [prompt, 'Attached to this prompt as context:', ...attachments.map(formatAttachment)].join('\n\n');
}

function formatAttachment({ kind, label, languageId, code, truncated }: Attachment): string {
  // Reduces the label to one line, because a file name with line breaks could imitate the text of the prompt around the
  // attachment.
  const heading = [`${headings[kind]} ${toSingleLine(label)}`];
  if (kind !== 'problems' && languageId) heading.push(`Language: ${languageId}`);
  if (truncated) heading.push(`It was too long: only its first ${code.length} characters are here.`);
  // Adds no code fence around a list of problems, because the list is not code.
  return `${heading.join('\n')}\n\n${kind === 'problems' ? code : codeFence(code, languageId)}`;
}

/**
 * Limits for the context of a prompt: the characters of one attachment, the characters of all attachments together, and
 * the size of a file in bytes.
 */
export const contextLimits = { attachment: codeLimits.characters, draft: 200_000, fileBytes: 1024 * 1024 } as const;
