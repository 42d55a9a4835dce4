/** What is streamed: the same text for every renderer, of exactly as many characters as are asked for. */
export type DocumentShape = 'mixed' | 'fence' | 'list' | 'table' | 'paragraph' | 'formulas';

/** Ends in a word that occurs nowhere else, so that a renderer can be asked whether it has shown everything. */
export const lastWord = 'Zwölfboxkämpfer';

export function markdownOf(shape: DocumentShape, characters: number): string {
  const room = characters - endings[shape].length;
  let text = beginnings[shape];
  for (let index = 0; ; index++) {
    const part = parts[shape](index);
    // Whole parts: one that is cut off would leave a mark without its partner.
    if (text.length + part.length > room) break;
    text += part;
  }
  return text + filler.repeat(room).slice(0, room - text.length) + endings[shape];
}

const filler = 'and so on ';

const beginnings: Readonly<Record<DocumentShape, string>> = {
  mixed: '# An answer\n\n',
  fence: '```typescript\n',
  list: '',
  table: '| Setting | Value | What it is for |\n|---|---:|---|\n',
  paragraph: '',
  formulas: '',
};

const endings: Readonly<Record<DocumentShape, string>> = {
  mixed: `\n\n${lastWord}\n`,
  fence: `\n// ${lastWord}\n\`\`\`\n`,
  list: `\n- ${lastWord}\n`,
  table: `\n| ${lastWord} | 1 | – |\n`,
  paragraph: ` ${lastWord}\n`,
  formulas: `${lastWord}\n`,
};

const parts: Readonly<Record<DocumentShape, (index: number) => string>> = {
  mixed: (index) => `${(sections[index % sections.length] ?? prose)(index)}\n\n`,
  fence: (index) => `${code('typescript', index)}\n`,
  list: (index) => `${item(index)}\n`,
  table: (index) => `${tableRow(index)}\n`,
  paragraph: (index) => `${sentence(index)} `,
  formulas: (index) => `${sentence(index)} ${formulas(index)}\n\n`,
};

const sections = [prose, list, fence, prose, table, prose, fence] as const;

function prose(index: number): string {
  const heading = index % 3 === 0 ? `## Part ${index}: ${pick(subjects, index)}\n\n` : '';
  return `${heading}${[0, 1, 2, 3].map((place) => sentence(index * 5 + place)).join(' ')}`;
}

function list(index: number): string {
  const mark = index % 2 === 0 ? () => '-' : (place: number) => `${place + 1}.`;
  return [0, 1, 2, 3, 4].map((place) => item(index * 3 + place, mark(place))).join('\n');
}

function item(index: number, mark = '-'): string {
  const nested = index % 4 === 3 ? `\n   - ${pick(verbs, index)} \`${pick(names, index)}\` first` : '';
  return `${mark} **${pick(subjects, index)}** ${pick(verbs, index)} ${pick(objects, index * 3)}${nested}`;
}

function table(index: number): string {
  const rows = Array.from({ length: 4 + (index % 3) }, (_, place) => tableRow(index + place));
  return `| Setting | Value | What it is for |\n|---|---:|---|\n${rows.join('\n')}`;
}

function tableRow(index: number): string {
  return `| \`${pick(names, index)}\` | ${(index * 37) % 1000} | ${pick(verbs, index)} ${pick(objects, index + 1)} |`;
}

function fence(index: number): string {
  const language = pick(languages, index);
  return `\`\`\`${language}\n${[0, 1, 2, 3].map((place) => code(language, index + place)).join('\n')}\n\`\`\``;
}

function sentence(index: number): string {
  const [subject, verb, object] = [pick(subjects, index), pick(verbs, index * 3 + 1), pick(objects, index * 7 + 2)];
  switch (index % 5) {
    case 0:
      return `The ${subject} **${verb}** ${object}, and so the next one can begin at once.`;
    case 1:
      return `When \`${pick(names, index)}\` is set, the ${subject} ${verb} ${object}.`;
    case 2:
      return `See [the ${subject}](https://example.com/${pick(names, index)}/${index}) for how it ${verb} ${object}.`;
    case 3:
      return `It *never* ${verb} ${object} while the ${subject} waits, not even for a moment.`;
    default:
      return `Most of the time the ${subject} ${verb} ${object}; what is left is for the ${pick(subjects, index + 3)}.`;
  }
}

/** Two formulas in a sentence, and one on a line of its own. No two parts have the same formulas. */
function formulas(index: number): string {
  return [
    `Then $x_{${index}} = \\frac{a + ${index}}{2}$ is larger than $\\sqrt{b_{${index}}}$, because`,
    `\n$$\n\\sum_{k=1}^{${index}} \\alpha_k^2 \\le \\int_0^\\infty e^{-x^2}\\,dx + ${index}.\n$$`,
  ].join('\n');
}

type Language = (typeof languages)[number];

function code(language: Language, index: number): string {
  const [name, other] = [pick(names, index), pick(names, index + 4)];
  switch (language) {
    case 'typescript':
      return [
        `export async function ${name}(${other}: number): Promise<string> {`,
        `  const left = await queue.take(${other}, { timeout: ${index} * 1000 }); // at most ${index} s`,
        `  return left.map((entry) => \`\${entry.key}: \${entry.value}\`).join('\\n');\n}`,
      ].join('\n');
    case 'python':
      return `def ${name}(${other}, limit=${index}):\n    """Yields at most \`limit\` of them."""\n    for entry in ${other}[:limit]:\n        yield f"{entry.key}: {entry.value}"`;
    case 'json':
      return `{ "${name}": { "enabled": true, "limit": ${index}, "labels": ["${other}", "default"] } }`;
    case 'bash':
      return `for file in "$HOME"/${name}/*.log; do\n  grep -c '${other}' "$file" || echo "none in $file" # ${index}\ndone`;
    case 'css':
      return `.${name} > .${other}:not(:last-child) {\n  margin: ${index % 40}px auto;\n  color: var(--${other}, #336699);\n}`;
  }
}

const languages = ['typescript', 'python', 'json', 'bash', 'css'] as const;
const names = ['retryLimit', 'openQueue', 'baseDelay', 'firstToken', 'idleTimer', 'tailBlock', 'commitLog'] as const;
const subjects = ['parser', 'gateway', 'event loop', 'renderer', 'scheduler', 'garbage collector', 'journal'] as const;
const verbs = ['keeps', 'measures', 'forwards', 'splits', 'compares', 'remembers', 'releases', 'counts'] as const;
const objects = [
  'everything that has arrived since the last frame',
  'only the part of the text that can still change',
  'the order in which the requests were made',
  'each of the connections that were left open',
  'what the server said about the time to wait',
  'a small number of lines at the end',
] as const;

function pick<T>(values: readonly [T, ...T[]], index: number): T {
  return values[index % values.length] ?? values[0];
}
