import { isRecord } from '../../core/json';

/**
 * The text of what `@vscode/prompt-tsx` hands over instead of text: a tree of pieces, of which those with a `text` are
 * read. Source: its JSON form, in which a text says whether it begins a line.
 */
export function promptTreeText(tree: unknown): string {
  const lines: string[] = [];
  const visit = (node: unknown): void => {
    if (!isRecord(node)) return;
    if (typeof node['text'] === 'string') {
      const joins = lines.length > 0 && node['lineBreakBefore'] !== true && node['lineBreakBefore'] !== 1;
      if (joins) lines.push((lines.pop() ?? '') + node['text']);
      else lines.push(node['text']);
    }
    if (Array.isArray(node['children'])) (node['children'] as readonly unknown[]).forEach(visit);
    visit(node['node']);
  };
  visit(tree);
  return lines.join('\n');
}
