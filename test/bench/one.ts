import { benches, isBenchName } from './benches';

/** Runs one bench in the process that `main.ts` has started for it, and returns the rows over IPC. */
async function one(name: string): Promise<void> {
  if (!isBenchName(name)) throw new Error(`No such bench: ${name}.`);
  const rows = await benches[name]();
  await new Promise((resolve) => process.send?.(rows, undefined, {}, resolve));
}

one(process.argv[2] ?? '').then(
  // Idle keep-alive connections must not keep the process running.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
