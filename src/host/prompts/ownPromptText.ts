import type { CodeExcerpt } from '../code/codeExcerpt';
import { codePromptText, cutNote, oneLine, problemList, type CodeProblem } from '../code/codePrompts';
import { expandTemplate } from './promptTemplate';

/**
 * What the model is sent for a prompt of the user's own: the template alone where it places the code, else with the code
 * and what is around it as with our own prompts.
 * @param locale as for `codePromptText`
 */
export function ownPromptText(
  template: string,
  excerpt: CodeExcerpt,
  problems: readonly CodeProblem[],
  locale: string,
): string {
  const { text, used } = expandTemplate(template, {
    selection: excerpt.code,
    language: excerpt.languageId,
    file: oneLine(excerpt.path),
    problems: problems.length > 0 ? problemList(problems) : 'none',
  });
  if (used.has('selection')) return excerpt.truncated ? `${text}\n\n${cutNote}` : text;
  const instruction = { instruction: text, problems: used.has('problems') ? 'without' : 'with' } as const;
  return codePromptText(instruction, excerpt, problems, locale);
}
