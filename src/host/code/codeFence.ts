/** A Markdown code block that the code can't close: its fence is longer than any run of backticks in it. */
export function codeFence(code: string, languageId: string): string {
  const runs = code.match(/`+/g) ?? [];
  const longest = runs.reduce((length, run) => Math.max(length, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${languageId}\n${code.replace(/\r?\n$/, '')}\n${fence}`;
}
