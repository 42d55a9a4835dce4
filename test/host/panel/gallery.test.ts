import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { oldest } from '../../support/vscode/versions';

/**
 * The fields of the manifest that the extension galleries validate: Visual Studio Marketplace in `vsce`, and Open VSX in the
 * `ExtensionValidator` of its server, which can't be called before a release.
 */
interface Manifest {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly publisher: string;
  readonly license: string;
  readonly icon: string;
  readonly galleryBanner: { readonly color: string; readonly theme: string };
  readonly repository: { readonly url: string };
  readonly bugs: { readonly url: string };
  readonly homepage: string;
  readonly qna: string;
  readonly pricing: string;
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly enabledApiProposals?: readonly string[];
}

const acceptedCategories = [
  ...['AI', 'Azure', 'Chat', 'Data Science', 'Debuggers', 'Education', 'Extension Packs', 'Formatters', 'Keymaps'],
  ...['Language Packs', 'Linters', 'Machine Learning', 'Notebooks', 'Other', 'Programming Languages', 'SCM Providers'],
  ...['Snippets', 'Testing', 'Themes', 'Visualization'],
];

const root = join(__dirname, '../../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;

describe('manifest for the extension galleries', () => {
  it('has a valid publisher, name and version', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, 'holysheep.holysheep-prompt');
    for (const name of [manifest.publisher, manifest.name]) assert.match(name, /^[a-z0-9][a-z0-9-]*$/i);
    assert.match(manifest.version, /^\d+\.\d+\.\d+$/);
  });

  it('has texts of valid length without invisible characters', () => {
    for (const file of ['package.nls.json', 'package.nls.zh-cn.json']) {
      const { description } = JSON.parse(read(file)) as { readonly description: string };
      assert.ok(description.length > 0 && description.length <= 2048);
      assert.doesNotMatch(description, /[\u0000-\u001f\p{Cf}\p{Co}]/u);
    }
    for (const text of [manifest.displayName, manifest.license, ...manifest.keywords]) assert.ok(text.length <= 255);
  });

  it('names the same license as the LICENSE file', () => {
    assert.equal(manifest.license, 'MIT');
    assert.match(read('LICENSE'), /^MIT License/);
  });

  it('has the version of the newest entry in the changelog', () => {
    assert.equal(/^## (.+)$/m.exec(read('CHANGELOG.md'))?.[1], manifest.version);
  });

  it('has a square PNG icon of at least 128 pixels', () => {
    const png = readFileSync(join(root, manifest.icon));
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    assert.equal(width, height);
    assert.ok(width >= 128);
  });

  it('has only accepted categories, and at most 30 sorted, unique keywords', () => {
    assert.deepEqual(
      manifest.categories.filter((category) => !acceptedCategories.includes(category)),
      [],
    );
    assert.ok(manifest.keywords.length <= 30);
    assert.deepEqual(manifest.keywords, [...new Set(manifest.keywords)].sort());
  });

  it('has a banner color, a price and links for support', () => {
    assert.match(manifest.galleryBanner.color, /^#[0-9a-f]{6}$/);
    assert.ok(['dark', 'light'].includes(manifest.galleryBanner.theme));
    assert.equal(manifest.pricing, 'Free');
    const { homepage, repository, bugs, qna } = manifest;
    for (const url of [homepage, repository.url, bugs.url, qna]) assert.equal(new URL(url).protocol, 'https:');
  });

  it('uses no proposed API, and no API that is newer than the oldest supported version of VS Code', () => {
    assert.equal(manifest.enabledApiProposals, undefined);
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode']}`);
    assert.match(oldest.desktop, new RegExp(`^${/\d+\.\d+/.exec(manifest.engines.vscode)![0]}\\.\\d+$`));
  });
});
