import axe, { type AxeResults } from 'axe-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The text in the button for the reasoning effort is its value, as in a combo box, and not its label. */
const labelRule = 'label-content-name-mismatch';

/**
 * Returns the accessibility violations that axe finds in the visible page, with an example of each.
 * @param inPage returns the value of an expression in the page
 */
export async function axeFindings(inPage: (expression: string) => Promise<unknown>): Promise<readonly string[]> {
  if (!(await inPage(`typeof axe === 'object'`))) await inPage(axe.source);
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly: { type: 'tag', values: tags } });
  const found = await inPage(`axe.run(document, ${options}).then((results) => JSON.stringify(results))`);
  const { violations } = JSON.parse(found as string) as AxeResults;
  return violations.flatMap(({ id, impact, nodes }) => {
    const failing = nodes.filter(({ html }) => !(id === labelRule && html.includes('effort-button')));
    const [example] = failing;
    if (!example) return [];
    return `${impact}: ${id}, ${failing.length} times, e.g. ${example.html}\n${example.failureSummary}`;
  });
}
