import axe, { type AxeResults } from 'axe-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Returns the accessibility violations that axe finds in the visible page, with an example of each.
 * @param inPage returns the value of an expression in the page
 */
export async function axeFindings(inPage: (expression: string) => Promise<unknown>): Promise<readonly string[]> {
  if (!(await inPage(`typeof axe === 'object'`))) await inPage(axe.source);
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly: { type: 'tag', values: tags } });
  const found = await inPage(`axe.run(document, ${options}).then((results) => JSON.stringify(results))`);
  const { violations } = JSON.parse(found as string) as AxeResults;
  return violations.map(({ id, impact, nodes }) => {
    const [example] = nodes;
    return `${impact}: ${id}, ${nodes.length} times, e.g. ${example?.html}\n${example?.failureSummary}`;
  });
}
