import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineSettings, JitterKind } from '../../src/engine/environment';
import { normalizeBaseUrl } from '../../src/engine/gateway/baseUrl';
import { isRecord, type JsonRecord } from '../../src/engine/json';
import { effortChoices, type EffortChoice } from '../../src/engine/request';

const root = join(__dirname, '../..');

interface Property {
  readonly type: string | readonly string[];
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly scope?: string;
  readonly markdownDescription?: string;
  readonly items?: { readonly properties: Readonly<Record<string, Property>> };
}

interface Manifest extends JsonRecord {
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Property>> }[];
  };
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isRecord(value) ? Object.values(value).flatMap(textsOf) : [];
}

function sorted(items: Iterable<string>): readonly string[] {
  return [...new Set(items)].sort();
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

const manifest = readJson('package.json') as Manifest;
const contributed = sorted(manifest.contributes.commands.map(({ command }) => command));
const properties = Object.assign({}, ...manifest.contributes.configuration.map((group) => group.properties)) as Record<
  string,
  Property
>;

function property(name: string): Property {
  const contribution = properties[`holysheep.${name}`];
  assert.ok(contribution, `holysheep.${name} is not contributed`);
  return contribution;
}

describe('texts of package.json', () => {
  const used = sorted(textsOf(manifest).flatMap((text) => matches(text, /^%(.+)%$/g)));

  for (const file of ['package.nls.json', 'package.nls.zh-cn.json']) {
    it(`are exactly the texts in ${file}`, () => {
      assert.deepEqual(sorted(Object.keys(readJson(file) as JsonRecord)), used);
    });

    it(`are not blank in ${file}`, () => {
      for (const [key, text] of Object.entries(readJson(file) as JsonRecord)) {
        assert.ok(typeof text === 'string' && text.trim() !== '', key);
      }
    });

    it(`refer only to existing settings and commands in ${file}`, () => {
      const text = textsOf(readJson(file)).join('\n');
      for (const name of matches(text, /`#([\w.]+)#`/g)) assert.ok(name in properties, name);
      for (const name of matches(text, /\(command:(holysheep\.\w+)/g)) assert.ok(contributed.includes(name), name);
    });
  }
});

describe('commands in package.json', () => {
  it('each have a localized title', () => {
    for (const { command, title } of manifest.contributes.commands) {
      // A command in the title of the view in the side bar has the same title as the command for the current conversation.
      assert.equal(title, `%command.${command.replace(/^holysheep\.(chat\.)?/, '')}%`);
    }
  });
});

describe('settings in package.json', () => {
  it('each have a localized description', () => {
    for (const [name, { markdownDescription }] of Object.entries(properties)) {
      assert.equal(markdownDescription, `%config.${name.replace('holysheep.', '')}%`);
    }
  });

  for (const guide of ['docs/guide.md', 'docs/guide.zh-CN.md']) {
    it(`are all listed in ${guide}`, () => {
      const text = readFileSync(join(root, guide), 'utf8');
      for (const name of Object.keys(properties)) {
        const shortName = name.slice(name.lastIndexOf('.'));
        assert.ok(text.includes(`\`${name}\``) || text.includes(`\`${shortName}\``), name);
      }
    });
  }

  for (const [name, choices] of [
    ['retry.jitter', ['full', 'equal', 'decorrelated', 'classic', 'none']],
    ['resume', ['auto', 'restart', 'off']],
    ['reasoningEffort', effortChoices],
  ] as const satisfies readonly [string, readonly (JitterKind | EngineSettings['resume'] | EffortChoice)[]][]) {
    it(`offer the choices of the engine for ${name}, each with a description`, () => {
      const { enum: offeredChoices, enumDescriptions } = property(name);
      assert.deepEqual(offeredChoices, choices);
      assert.deepEqual(
        enumDescriptions,
        choices.map((choice) => `%config.${name}.${choice}%`),
      );
    });
  }

  it('offer the same reasoning efforts for a custom prompt as for the models', () => {
    const { enum: ofModels, enumDescriptions } = property('reasoningEffort');
    const { reasoningEffort } = property('prompts').items!.properties;
    assert.deepEqual([reasoningEffort!.enum, reasoningEffort!.enumDescriptions], [ofModels, enumDescriptions]);
  });

  it('have a default base URL that needs no correction', () => {
    const baseUrl = normalizeBaseUrl(String(property('baseUrl').default));
    assert.ok(!('error' in baseUrl));
    assert.equal(baseUrl.isCorrected, false);
  });

  it("are restricted in an untrusted workspace, unless they can't be set in a workspace at all", () => {
    assert.deepEqual(
      sorted(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations),
      sorted(Object.keys(properties).filter((name) => properties[name]!.scope !== 'application')),
    );
  });

  for (const name of ['baseUrl', 'systemPrompt', 'budget', 'history.limit']) {
    it(`can’t be changed by a workspace: ${name}`, () => {
      assert.equal(property(name).scope, 'application');
    });
  }
});
