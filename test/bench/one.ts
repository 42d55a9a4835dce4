import { benches, isBenchName } from './benches';

/** One bench in the process that `main.ts` started for it; the rows go back over IPC. */
async function one(name: string): Promise<void> {
  if (!isBenchName(name)) throw new Error(`No such bench: ${name}.`);
  const rows = await benches[name]();
  await new Promise((resolve) => process.send?.(rows, undefined, {}, resolve));
}

one(process.argv[2] ?? '').then(
  // Kept-alive connections must not keep the process.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
