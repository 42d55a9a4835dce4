/** Prints to standard error, because standard output is reserved for the table. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
