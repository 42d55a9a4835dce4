import { visibleText } from '../../engine/gateway/visibleText';
import type { Format } from '../../shared/format';
import type { CodeExcerpt } from '../code/codeExcerpt';
import { codePromptText, truncationNotice, toSingleLine } from '../code/codePrompts';
import type { UserPrompt } from '../settings/userPrompts';

/** Names of the variables that the template of a custom prompt can contain, for example as `${selection}`. */
export const templateVariables = ['selection', 'language', 'file', 'problems'] as const;

type TemplateVariable = (typeof templateVariables)[number];

/** Matches a variable such as `${file}`, and the escape `$${`, which produces `${` in the text. */
const placeholders = /\$(\$\{)|\$\{([^{}]*)\}/g;

/**
 * Replaces the variables of a template by their values. Unknown variables are kept. All variables are replaced at once,
 * so that text such as `${file}` within a value stays unchanged.
 */
export function expandTemplate(template: string, values: Readonly<Record<TemplateVariable, string>>): string {
  const valuesByName = new Map<string, string>(Object.entries(values));
  return template.replace(
    placeholders,
    (match: string, escaped: string | undefined, name: string) => escaped ?? valuesByName.get(name) ?? match,
  );
}

export function variablesIn(template: string): ReadonlySet<string> {
  return new Set(Array.from(template.matchAll(placeholders)).flatMap(([, , name]) => name ?? []));
}

export function unknownVariables(template: string): readonly string[] {
  const knownVariables: readonly string[] = templateVariables;
  return [...variablesIn(template)].filter((name) => !knownVariables.includes(name)).map((name) => `\${${name}}`);
}

/**
 * Returns the text of a custom prompt for the model. If the template contains the variable `${selection}`, the text is
 * only the expanded template. Otherwise, the code and the lines around the code are appended as in a built-in prompt.
 * @param locale the display language, in which the model is asked to answer
 */
export function customPromptText(
  template: string,
  excerpt: CodeExcerpt,
  problems: readonly string[],
  locale: string,
): string {
  const used = variablesIn(template);
  const text = expandTemplate(template, {
    selection: excerpt.code,
    language: excerpt.languageId,
    file: toSingleLine(excerpt.path),
    problems: problems.join('\n') || 'none',
  });
  if (used.has('selection')) return excerpt.truncated ? `${text}\n\n${truncationNotice}` : text;
  const instruction = { instruction: text, includesProblems: !used.has('problems') };
  return codePromptText(instruction, excerpt, problems, locale);
}

const titleLimits = { titles: 5, characters: 40 } as const;

/** Returns the titles of the first few prompts as a quoted list, for use within a sentence. */
export function quotedTitles(prompts: readonly UserPrompt[], format: Format): string {
  const quoted = prompts.slice(0, titleLimits.titles).map(({ title }) => `“${abbreviateTitle(title)}”`);
  return format.list([...quoted, ...(prompts.length > titleLimits.titles ? ['…'] : [])]);
}

export function abbreviateTitle(title: string): string {
  return visibleText(title, titleLimits.characters);
}
