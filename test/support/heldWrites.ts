import fs from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { settle } from './virtualClock';

/** A disk whose asynchronous writes start only when the test releases them. */
export interface HeldWrites {
  /** Number of writes requested so far. */
  readonly held: number;
  /** Names of the synchronous functions of `node:fs` that were called. */
  readonly synchronousCalls: readonly string[];
  /** Releases the write with this number, counted from 0. Resolves when its consequences have settled. */
  release(number: number): Promise<void>;
  fail(number: number): Promise<void>;
  /** Releases all writes, including later ones. */
  releaseAll(): void;
  restore(): void;
}

interface Gate {
  resolve(): void;
  reject(error: Error): void;
}

type Functions = Record<string, (...parameters: unknown[]) => unknown>;

/** Replaces functions of `node:fs` for the whole process. Call `restore` after the test. */
export function holdWrites(): HeldWrites {
  const { open } = files;
  const gates: Gate[] = [];
  let isOpen = false;
  files.open = async (...parameters) => {
    const file = await open(...parameters);
    const write = file.write.bind(file) as (...chunk: unknown[]) => Promise<unknown>;
    const held = async (...chunk: unknown[]): Promise<unknown> => {
      await new Promise<void>((resolve, reject) => {
        gates.push({ resolve, reject });
        if (isOpen) resolve();
      });
      return write(...chunk);
    };
    return Object.assign(file, { write: held });
  };
  const synchronousCalls: string[] = [];
  const all = fs as unknown as Functions;
  const originals = Object.entries(all).filter(([name, value]) => name.endsWith('Sync') && typeof value === 'function');
  for (const [name, original] of originals) {
    all[name] = Object.assign((...parameters: unknown[]): unknown => {
      synchronousCalls.push(name);
      return original.apply(fs, parameters);
    }, original);
  }
  syncBuiltinESMExports();
  return {
    get held() {
      return gates.length;
    },
    synchronousCalls,
    async release(number) {
      gates[number]?.resolve();
      await settle();
    },
    async fail(number) {
      gates[number]?.reject(new Error('the disk has failed'));
      await settle();
    },
    releaseAll() {
      isOpen = true;
      for (const gate of gates) gate.resolve();
    },
    restore() {
      this.releaseAll();
      files.open = open;
      for (const [name, original] of originals) all[name] = original;
      syncBuiltinESMExports();
    },
  };
}
