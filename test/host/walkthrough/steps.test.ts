import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { demoModels } from '../../../src/demo/scenarios';
import { completedSteps } from '../../../src/host/walkthrough/walkthroughProgress';
import { attempt } from '../conversation/scriptedEngine';

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
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}

const { contributes } = readJson('package.json') as { readonly contributes: Contributes };
const [walkthrough] = contributes.walkthroughs;
const steps = walkthrough?.steps ?? [];
const pictures = steps.map(({ media }) => join(root, media.svg));

/** Returns the context keys that are set by a user who takes every step. */
function contextKeys(): ReadonlySet<string> {
  const code = { label: 'app.ts:1-3', languageId: 'typescript', code: 'x' };
  return new Set([1, 2].flatMap((number) => completedSteps({ attachments: [code] }, attempt('m', number))));
}

describe('the walkthrough', () => {
  it('has the id "start"', () => {
    assert.equal(walkthrough?.id, 'start');
  });

  for (const { id, completionEvents } of steps) {
    it(`completes ${id} by something that happens: a command of ours, or a context key that our code sets`, () => {
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

  it('has pictures that take less than 25 kB together', () => {
    assert.ok(pictures.reduce((sum, file) => sum + statSync(file).size, 0) < 25_000);
  });

  for (const { id, media } of steps) {
    it(`draws ${id} in the colours of the theme alone: the page it is shown in lets no style in`, () => {
      const svg = readFileSync(join(root, media.svg), 'utf8');
      assert.doesNotMatch(svg, /<style|style=|<script|href|#[0-9a-f]{3}/i);
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour!);
      for (const colour of colours) assert.match(colour, /^(none|var\(--vscode-.+\))$/);
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

      it('hands over arguments that commands understand: a prompt, a scenario of the demo', () => {
        const given = links.flatMap(({ command, argument }) =>
          argument === undefined ? [] : [{ command, argument: JSON.parse(decodeURIComponent(argument)) as unknown }],
        );
        assert.deepEqual(
          given.map(({ command }) => command),
          ['holysheep.ask', 'holysheep.openDemo'],
        );
        const [prompt, scenario] = given.map(({ argument }) => argument);
        assert.ok(typeof prompt === 'string' && prompt.length > 10);
        assert.ok(demoModels.some(({ id }) => id === scenario));
      });
    });
  }
});
