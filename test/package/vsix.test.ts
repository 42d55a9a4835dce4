import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { root } from '../support/paths';
import { textFiles } from '../support/productionBuild';
import { packagerLog, vsixFile } from '../support/vscode/package';
import { zipEntries } from '../support/vscode/zipEntries';

const maxBytes = 620 * 1024;

/** Base addresses for relative links and pictures, because a gallery shows the page without the repository. */
const linkBase = 'https://github.com/holysheep-ai/holysheep-prompt/blob/HEAD/';
const pictureBase = 'https://github.com/holysheep-ai/holysheep-prompt/raw/HEAD/';

function filesIn(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

/** Bundles the script of a worker together with the page that starts it. */
const withWorkers: Plugin = {
  name: 'with-workers',
  setup(builder) {
    builder.onResolve({ filter: /\?worker$/ }, ({ path: name, resolveDir }) => ({
      path: path.resolve(resolveDir, name.replace(/\?worker$/, '.ts')),
      namespace: 'worker',
    }));
    builder.onLoad({ filter: /./, namespace: 'worker' }, ({ path: file }) => ({
      contents: `import ${JSON.stringify(file)}; export default '';`,
      resolveDir: root,
    }));
  },
};

/** Returns the names of the packages that the extension and its pages import. */
async function bundledPackages(): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [
      'src/extension.ts',
      'src/webview/main.ts',
      'src/webview/health/healthMain.ts',
      'src/webview/markdown/math/mathMain.ts',
    ],
    absWorkingDir: root,
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    external: ['vscode'],
    plugins: [withWorkers, textFiles],
  });
  const names = Object.keys(metafile.inputs).flatMap(
    (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

/** `npm test -- package` makes the VSIX first. */
describe('VSIX', () => {
  const vsix = readFileSync(vsixFile);
  const entries = zipEntries(vsix);

  const text = (name: string): string => {
    const entry = entries.get(name);
    assert.ok(entry, `${name} is missing`);
    return entry.toString();
  };

  it('is packaged without warnings', () => {
    const log = readFileSync(packagerLog, 'utf8');
    assert.match(log, /DONE/);
    assert.doesNotMatch(log, /\b(WARNING|ERROR)\b|::(warning|error)::/);
  });

  it('contains exactly the expected files', () => {
    // Matches the names of the other bundles by a pattern, because they contain a hash of the content.
    const bundles = [...entries.keys()].flatMap((name) => /^extension\/(dist\/[\w-]+\.js)$/.exec(name)?.[1] ?? []);
    assert.ok(bundles.includes('dist/extension.js') && bundles.includes('dist/webview.js'), bundles.join(', '));
    const files = [
      'package.json',
      'package.nls.json',
      'package.nls.zh-cn.json',
      'readme.md',
      'changelog.md',
      'LICENSE.txt',
      'ThirdPartyNotices.txt',
      ...bundles,
      ...filesIn('media'),
      ...filesIn('l10n'),
    ];
    assert.deepEqual(
      [...entries.keys()].sort(),
      ['[Content_Types].xml', 'extension.vsixmanifest', ...files.map((file) => `extension/${file}`)].sort(),
    );
  });

  it('contains all bundles that its bundles load', () => {
    const bundles = [...entries.keys()].filter((name) => /^extension\/dist\/[\w-]+\.js$/.test(name));
    const loaded = bundles.flatMap((name) =>
      [...text(name).matchAll(/\brequire\("\.\/([\w-]+\.js)"\)/g)].map(([, file]) => `extension/dist/${file}`),
    );
    assert.ok(loaded.length > 0);
    assert.deepEqual(
      loaded.filter((name) => !bundles.includes(name)),
      [],
    );
  });

  it('contains no unused picture or style sheet', () => {
    const readers = ['src', 'media'].flatMap(filesIn).filter((file) => /\.(ts|md|css|html)$/.test(file));
    const words = ['package.json', ...readers].map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n');
    assert.deepEqual(
      filesIn('media').filter((file) => !words.includes(path.posix.basename(file))),
      [],
    );
  });

  it(`is no larger than ${maxBytes / 1024} KB`, () => {
    assert.ok(vsix.length <= maxBytes, `${(vsix.length / 1024).toFixed(1)} KB`);
  });

  it('contains a small main script that loads no other file at startup', () => {
    const script = text('extension/dist/extension.js');
    const loaded = new Set<string>();
    const run = compileFunction(script, ['module', 'require']) as (...values: unknown[]) => void;
    const module: { exports: Record<string, unknown> } = { exports: {} };
    run(module, (name: string) => {
      loaded.add(name);
      return {};
    });
    assert.deepEqual([...loaded], ['vscode']);
    assert.ok(script.length <= 10 * 1024, `${script.length} characters`);
    assert.deepEqual(
      [typeof module.exports['activate'], typeof module.exports['deactivate']],
      ['function', 'function'],
    );
  });

  it('contains the license of every bundled package and of the data of models.dev', async () => {
    const sections = text('extension/ThirdPartyNotices.txt')
      .split(/^={80}$/m)
      .slice(1);
    const names = sections.flatMap((section) => section.trim().split('\n\n', 1)[0]!.split('\n'));
    assert.deepEqual(
      names.map((name) => name.split(' ', 1)[0]).sort(),
      [...(await bundledPackages()), 'models.dev'].sort(),
    );
    for (const section of sections) assert.match(section, /Copyright|copyright/);
  });

  it('contains neither source maps nor paths of the build machine', () => {
    for (const [name, bytes] of entries) {
      const content = bytes.toString('latin1');
      assert.ok(!content.includes('sourceMappingURL='), name);
      assert.ok(!content.includes(root), name);
    }
  });

  it('has a README whose pictures and links lead to files of the repository', () => {
    const targets = [...text('extension/readme.md').matchAll(/(!?)\[[^\]]*\]\(([^)]+)\)/g)].map(([, picture, url]) => ({
      url: url!,
      base: picture ? pictureBase : linkBase,
    }));
    assert.ok(targets.some(({ base }) => base === pictureBase));
    for (const { url, base } of targets) {
      if (base === linkBase && !url.startsWith(linkBase)) {
        assert.match(url, /^https:\/\//);
        continue;
      }
      assert.ok(url.startsWith(base), url);
      assert.ok(existsSync(path.join(root, url.slice(base.length).replace(/#.*/, ''))), url);
    }
  });

  it('has the file name that the installation command in the READMEs uses', () => {
    const { name, version } = JSON.parse(text('extension/package.json')) as { name: string; version: string };
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      const command = `code --install-extension ${name}-${version}.vsix\n`;
      assert.ok(readFileSync(path.join(root, readme), 'utf8').includes(command), readme);
    }
  });

  it('contains the metadata that extension galleries show', () => {
    const manifest = text('extension.vsixmanifest');
    for (const shown of [
      '<License>extension/LICENSE.txt</License>',
      '<Icon>extension/media/icon.png</Icon>',
      'Content.Changelog" Path="extension/changelog.md"',
      'Content.Details" Path="extension/readme.md"',
      'Content.Pricing" Value="Free"',
      'EnabledApiProposals" Value=""',
      '<GalleryFlags>Public</GalleryFlags>',
    ]) {
      assert.ok(manifest.includes(shown), shown);
    }
  });
});
