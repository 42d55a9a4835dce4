/** What a template of the user's own can ask for, as `${selection}`. */
export const templateVariables = ['selection', 'language', 'file', 'problems'] as const;

export type TemplateVariable = (typeof templateVariables)[number];

export interface Expanded {
  readonly text: string;
  /** What the text has in it, so that it is not added once more. */
  readonly used: ReadonlySet<TemplateVariable>;
}

/** `$${` first: it stands for `${` as it is. */
const places = /\$(\$\{)|\$\{([^{}]*)\}/g;

/** In one pass: what a variable brings is text, whatever it looks like. What is no variable stays as it is written. */
export function expandTemplate(template: string, values: Readonly<Record<TemplateVariable, string>>): Expanded {
  const used = new Set<TemplateVariable>();
  const text = template.replace(places, (whole: string, escaped: string | undefined, name: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const variable = variableOf(name);
    if (!variable) return whole;
    used.add(variable);
    return values[variable];
  });
  return { text, used };
}

/** Each once, as it is written, e.g. `${code}`. */
export function unknownVariables(template: string): readonly string[] {
  const found = [...template.matchAll(places)];
  const unknown = found.filter(([, escaped, name]) => escaped === undefined && !variableOf(name));
  return [...new Set(unknown.map(([whole]) => whole))];
}

function variableOf(name: string | undefined): TemplateVariable | undefined {
  return templateVariables.find((variable) => variable === name);
}
