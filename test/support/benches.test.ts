import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildBenches } from '../bench/build';
import { rendererScript } from '../bench/rendererPage';
import { ours, peers, peersFolder } from '../bench/renderers';

/** Packages that only the benches install. */
const peerPackages = Object.keys(
  (JSON.parse(readFileSync(path.join(peersFolder, 'package.json'), 'utf8')) as { readonly dependencies: object })
    .dependencies,
);

describe('bundle of the benchmarks', () => {
  it('contains the benchmark of the renderers', async () => {
    const bundle = readFileSync(await buildBenches(), 'utf8');
    assert.match(bundle, /async function renderer\(/);
  });

  for (const renderer of [ours, ...peers]) {
    it(`contains a page for ${renderer.name}`, async () => {
      assert.notEqual(await rendererScript(renderer, peerPackages), '');
    });
  }
});
