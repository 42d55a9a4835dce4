import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultAction } from '../../../src/protocol';
import { panelStrings } from '../../../src/protocol';

const folder = join(import.meta.dirname, '../../../src/webview');
const sources = [...readdirSync(folder, { recursive: true, encoding: 'utf8' }), '../faultWords.ts']
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');

/** Captions of buttons that are looked up by their action; the renderer's captions go to it as they are. */
const lookedUp: Readonly<
  Record<FaultAction | 'stop' | 'insert' | 'apply' | 'newFile' | 'taskDone' | 'taskOpen', true>
> = {
  retryNow: true,
  switchModel: true,
  setApiKey: true,
  openBilling: true,
  checkUrl: true,
  networkSettings: true,
  newConversation: true,
  continue: true,
  restart: true,
  tryAnyway: true,
  details: true,
  stop: true,
  insert: true,
  apply: true,
  newFile: true,
  taskDone: true,
  taskOpen: true,
};

describe('the panel strings', () => {
  for (const key of Object.keys(panelStrings)) {
    it(`are all used: ${key}`, () => {
      assert.ok(key in lookedUp || new RegExp(`strings\\.${key}\\b`).test(sources));
    });
  }

  it('have no two placeholders mixed up', () => {
    for (const [key, text] of Object.entries(panelStrings)) {
      const numbers = [...text.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1]));
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index),
        key,
      );
    }
  });
});
