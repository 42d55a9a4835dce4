import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { demoModels } from '../../../src/demo/scenarios';
import { completedSteps } from '../../../src/host/walkthrough/walkthroughProgress';
import { attempt } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';

const root = join(__dirname, '../../..');

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

interface Contributes {
  readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly Step[] }[];
  readonly commands: readonly { readonly command: string }[];
  readonly configuration: readonly { readonly properties: object }[];
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}

const { contributes } = readJson('package.json') as { readonly contributes: Contributes };
const [walkthrough] = contributes.walkthroughs;
const steps = walkthrough?.steps ?? [];
const pictures = steps.map(({ media }) => join(root, media.svg));

/** Returns the context keys that are set when a user completes every step. */
function contextKeys(): ReadonlySet<string> {
  const code = { kind: 'selection' as const, label: 'app.ts:1-3', languageId: 'typescript', code: 'x' };
  return new Set([1, 2].flatMap((number) => completedSteps({ attachments: [code] }, attempt('m', number))));
}

describe('walkthrough', () => {
  it('has the id "start"', () => {
    assert.equal(walkthrough?.id, 'start');
  });

  for (const { id, completionEvents } of steps) {
    it(`completes the step "${id}" by a command or context key of the extension`, () => {
      assert.ok(completionEvents.length > 0);
      for (const event of completionEvents) {
        const [, kind, name = ''] = /^(onCommand|onContext):(holysheep\.\w+)$/.exec(event) ?? [];
        if (kind === 'onCommand')
          assert.ok(
            contributes.commands.some(({ command }) => command === name),
            event,
          );
        else assert.ok(contextKeys().has(name), event);
      }
    });
  }

  it('has pictures of less than 25 kB in total', () => {
    assert.ok(pictures.reduce((sum, file) => sum + statSync(file).size, 0) < 25_000);
  });

  for (const { id, media } of steps) {
    it(`draws the picture of "${id}" only in theme colors and without styles, which VS Code would drop`, () => {
      const svg = readFileSync(join(root, media.svg), 'utf8');
      assert.doesNotMatch(svg, /<style|style=|<script|href|#[0-9a-f]{3}/i);
      const colors = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, color]) => color!);
      for (const color of colors) assert.match(color, /^(none|var\(--vscode-.+\))$/);
    });
  }

  for (const file of ['package.nls.json', 'package.nls.zh-cn.json']) {
    describe(`in ${file}`, () => {
      const texts = readJson(file) as Readonly<Record<string, string>>;
      const links = steps.flatMap(({ description }) => {
        const text = texts[description.slice(1, -1)] ?? '';
        return [...text.matchAll(/\(command:([\w.]+)(?:\?([^)]*))?\)/g)].map(([, command, argument]) => ({
          command,
          argument,
        }));
      });

      it('links to commands only with a valid argument', () => {
        const linksWithArgument = links.flatMap(({ command, argument }) =>
          argument === undefined ? [] : [{ command, argument: JSON.parse(decodeURIComponent(argument)) as unknown }],
        );
        assert.deepEqual(valuesOf(linksWithArgument, 'command'), [
          'holysheep.openInEditor',
          'holysheep.openInSideBar',
          'holysheep.ask',
          'holysheep.openDemo',
        ]);
        const [inEditor, inSideBar, prompt, scenario] = linksWithArgument.map(({ argument }) => argument);
        assert.deepEqual([inEditor, inSideBar], ['always', 'always']);
        assert.ok(typeof prompt === 'string' && prompt.length > 10);
        assert.ok(demoModels.some(({ id }) => id === scenario));
      });
    });
  }
});
