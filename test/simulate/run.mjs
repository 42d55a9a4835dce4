// Usage: npm run simulate [-- crowds | tutorial]. `crowds` simulates crowds of clients with failing gateways and writes
// docs/simulation.md and its chart. `tutorial` compares the client that tutorials teach with the engine and writes the tables.
import { ensureDependencies, runTypeScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runTypeScript('test/simulate/main.ts', process.argv.slice(2));
