import type { AxeResults } from 'axe-core';
import { readFileSync } from 'node:fs';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules whose result depends on the colors of the theme. */
const colorRules = ['color-contrast', 'link-in-text-block'];

const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The text in the button for the reasoning effort is its value, as in a combo box, and not its label. */
const labelRule = 'label-content-name-mismatch';

/**
 * Returns the accessibility violations that axe finds in the visible page, with an example of each.
 * @param inPage returns the value of an expression in the page
 * @param scope `colors` for only the rules whose result depends on the theme
 */
export async function axeFindings(
  inPage: (expression: string) => Promise<unknown>,
  scope: 'all' | 'colors' = 'all',
): Promise<readonly string[]> {
  if (!(await inPage(`typeof axe === 'object'`))) await inPage(source);
  const runOnly = scope === 'all' ? { type: 'tag', values: tags } : { type: 'rule', values: colorRules };
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly });
  const found = await inPage(`axe.run(document, ${options}).then((results) => JSON.stringify(results))`);
  const { violations } = JSON.parse(found as string) as AxeResults;
  return violations.flatMap(({ id, impact, nodes }) => {
    const failing = nodes.filter(({ html }) => !(id === labelRule && html.includes('effort-button')));
    const [example] = failing;
    if (!example) return [];
    return `${impact}: ${id}, ${failing.length} times, e.g. ${example.html}\n${example.failureSummary}`;
  });
}
