// node test/bench/run.mjs [name…]: measures against peers, prints a Markdown table and writes it to docs/bench.md.
import { ensureDependencies, runTypeScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runTypeScript('test/bench/main.ts', process.argv.slice(2));
