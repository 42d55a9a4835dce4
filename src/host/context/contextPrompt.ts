import type { Attachment, ContextKind } from '../../shared/protocol';
import { codeLimits } from '../code/codeExcerpt';
import { codeFence, toSingleLine } from '../code/codePrompts';

/**
 * Headings of the attachments in the text for the model. The headings are in English, because models understand English
 * best.
 */
const headings: Readonly<Record<ContextKind, string>> = {
  selection: 'Selected code:',
  file: 'File:',
  problems: 'Problems the editor reports in:',
};

/**
 * Returns the text that is sent to the model: the prompt, followed by the attachments, each with its kind and its path.
 * Returns undefined without attachments, because the prompt is then sent unchanged.
 */
export function contextPrompt(prompt: string, attachments: readonly Attachment[]): string | undefined {
  if (attachments.length === 0) return undefined;
  return [prompt, 'Attached to this prompt as context:', ...attachments.map(formatAttachment)].join('\n\n');
}

function formatAttachment({ kind, label, languageId, code, truncated }: Attachment): string {
  // The label is reduced to one line. Otherwise, a file name with line breaks could look like a part of the prompt.
  const heading = [`${headings[kind]} ${toSingleLine(label)}`];
  if (kind !== 'problems' && languageId) heading.push(`Language: ${languageId}`);
  if (truncated) heading.push(`It was too long: only its first ${code.length} characters are here.`);
  // A list of problems is not code, so the list gets no code fence.
  return `${heading.join('\n')}\n\n${kind === 'problems' ? code : codeFence(code, languageId)}`;
}

/**
 * Limits for the attachments of a prompt: characters of one attachment, characters of all attachments together, and
 * bytes of a file.
 */
export const contextLimits = { attachment: codeLimits.characters, draft: 200_000, fileBytes: 1024 * 1024 } as const;
