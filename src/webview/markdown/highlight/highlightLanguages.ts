import typescript from 'highlight.js/lib/languages/typescript';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import java from 'highlight.js/lib/languages/java';
import kotlin from 'highlight.js/lib/languages/kotlin';
import go from 'highlight.js/lib/languages/go';
import rust from 'highlight.js/lib/languages/rust';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import php from 'highlight.js/lib/languages/php';
import bash from 'highlight.js/lib/languages/bash';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import makefile from 'highlight.js/lib/languages/makefile';
import graphql from 'highlight.js/lib/languages/graphql';
import json from 'highlight.js/lib/languages/json';
import yaml from 'highlight.js/lib/languages/yaml';
import ini from 'highlight.js/lib/languages/ini';
import xml from 'highlight.js/lib/languages/xml';
import markdown from 'highlight.js/lib/languages/markdown';
import diff from 'highlight.js/lib/languages/diff';
import { css, sql } from './smallGrammars';

/** What models write most, small enough for a panel. Each brings aliases of its own: `ts`, `py`, `html`, `toml`, … */
export const languages = {
  ...{ typescript, cpp, csharp, java, kotlin, go, rust, python, ruby, php, bash, dockerfile, makefile },
  ...{ css, sql, graphql, json, yaml, ini, xml, markdown, diff },
};

/** Names models use that highlight.js doesn't know, or knows as a language of its own that looks the same. */
export const aliases: Readonly<Partial<Record<keyof typeof languages, readonly string[]>>> = {
  bash: ['shell', 'shellscript', 'shellsession', 'shell-session', 'console', 'ksh', 'fish'],
  cpp: ['c', 'h', 'cuda', 'arduino', 'objectivec', 'objc'],
  ini: ['properties', 'env', 'dotenv', 'conf'],
  java: ['groovy', 'gradle', 'scala'],
  json: ['jsonl', 'geojson'],
  sql: ['mysql', 'postgresql', 'sqlite'],
  typescript: ['javascript', 'js', 'jsx', 'mjs', 'cjs', 'node', 'javascriptreact', 'typescriptreact'],
  xml: ['vue', 'svelte'],
};
