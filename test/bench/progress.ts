/** To standard error: standard output is the table's. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
