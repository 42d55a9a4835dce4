// npm run simulate [-- crowds | tutorial], in virtual time: crowds of clients against gateways that fail, for docs/simulation.md
// and its chart; the client of the tutorials beside ours, for the tables of the READMEs.
import { ensureDependencies, runTypeScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runTypeScript('test/simulate/main.ts', process.argv.slice(2));
