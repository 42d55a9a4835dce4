// npm run simulate: crowds of clients against gateways that fail, in virtual time; writes docs/simulation.md and its chart.
import { ensureDependencies, runTypeScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runTypeScript('test/simulate/main.ts', process.argv.slice(2));
