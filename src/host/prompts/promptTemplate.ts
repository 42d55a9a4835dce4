import { visibleText } from '../../engine/gateway/visibleText';
import type { CodeExcerpt } from '../code/codeExcerpt';
import { type CodeProblem, codePromptText, cutNote, oneLine, problemList } from '../code/codePrompts';
import type { UserPrompt } from '../settings/settingValues';

/** What a template of the user's own can ask for, as `${selection}`. */
export const templateVariables = ['selection', 'language', 'file', 'problems'] as const;

type TemplateVariable = (typeof templateVariables)[number];

interface ExpandedTemplate {
  readonly text: string;
  /** What the text has in it, so that it is not added once more. */
  readonly used: ReadonlySet<TemplateVariable>;
}

/** `$${` first: it stands for `${` as it is. */
const placeholders = /\$(\$\{)|\$\{([^{}]*)\}/g;

/** In one pass: what a variable brings is text, whatever it looks like. What is no variable stays as it is written. */
export function expandTemplate(template: string, values: Readonly<Record<TemplateVariable, string>>): ExpandedTemplate {
  const used = new Set<TemplateVariable>();
  const text = template.replace(
    placeholders,
    (whole: string, escaped: string | undefined, name: string | undefined) => {
      if (escaped !== undefined) return escaped;
      const variable = variableOf(name);
      if (!variable) return whole;
      used.add(variable);
      return values[variable];
    },
  );
  return { text, used };
}

/** Each once, as it is written, e.g. `${code}`. */
export function unknownVariables(template: string): readonly string[] {
  const found = [...template.matchAll(placeholders)];
  const unknown = found.filter(([, escaped, name]) => escaped === undefined && !variableOf(name));
  return [...new Set(unknown.map(([whole]) => whole))];
}

function variableOf(name: string | undefined): TemplateVariable | undefined {
  return templateVariables.find((variable) => variable === name);
}

/**
 * What the model is sent for a prompt of the user's own: the template alone where it places the code, else with the code
 * and what is around it as with our own prompts.
 * @param locale as for `codePromptText`
 */
export function customPromptText(
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

const titleLimits = { titles: 5, characters: 40 } as const;

/** Returns titles that fit into a sentence, each cut to a short line. */
export function briefTitles(prompts: readonly UserPrompt[]): string {
  const quoted = prompts.slice(0, titleLimits.titles).map(({ title }) => `“${briefTitle(title)}”`);
  return [...quoted, ...(prompts.length > titleLimits.titles ? ['…'] : [])].join(', ');
}

export function briefTitle(title: string): string {
  return visibleText(title, titleLimits.characters);
}
