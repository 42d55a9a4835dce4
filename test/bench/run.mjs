// node test/bench/run.mjs [name…] measures the extension against peers and prints a Markdown table. A run without names also
// writes the table to docs/bench.md.
import { ensureDependencies, runScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runScript('test/bench/main.ts', process.argv.slice(2));
