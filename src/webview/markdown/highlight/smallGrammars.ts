import type { LanguageFn } from 'highlight.js';

/** Those of highlight.js name every property and function there is, which takes more room than the renderer. */

/** CSS, and what is written much like it. */
export const css: LanguageFn = (hljs) => ({
  name: 'CSS',
  aliases: ['scss', 'less', 'sass'],
  contains: [
    hljs.C_BLOCK_COMMENT_MODE,
    { className: 'comment', begin: /(?:^|[\s;{}])\/\//, end: /$/ },
    hljs.QUOTE_STRING_MODE,
    hljs.APOS_STRING_MODE,
    { className: 'keyword', begin: /@[a-z-]+|!important/ },
    { className: 'variable', begin: /--[\w-]+|\$[\w-]+/ },
    { className: 'number', begin: /#[0-9a-f]{3,8}\b(?=[^{]*;)|\b\d+(?:\.\d+)?(?:%|[a-z]+)?/i },
    { className: 'selector-class', begin: /[.#][a-z_][\w-]*/i },
    { className: 'attribute', begin: /\b[a-z-]+(?=\s*:\s)/ },
    { className: 'keyword', begin: /::?[a-z-]+(?=[^;]*\{)/ },
    { className: 'built_in', begin: /\b[a-z-]+(?=\()/ },
  ],
});

const SQL_KEYWORDS =
  'add all alter and as asc begin between by cascade case check column commit constraint create cross database default ' +
  'delete desc distinct drop else end except exists explain foreign from full function grant group having if in index ' +
  'inner insert intersect into is join key lateral left like limit not null offset on or order outer over partition ' +
  'primary procedure references returning revoke right rollback select set table then to transaction trigger truncate ' +
  'union unique update using values view when where window with';

const SQL_TYPES =
  'bigint blob boolean char date datetime decimal double float int integer interval json jsonb numeric real serial ' +
  'smallint text time timestamp uuid varchar';

export const sql: LanguageFn = (hljs) => ({
  name: 'SQL',
  case_insensitive: true,
  keywords: { keyword: SQL_KEYWORDS, type: SQL_TYPES, literal: 'true false unknown' },
  contains: [
    hljs.C_BLOCK_COMMENT_MODE,
    hljs.COMMENT('--', '$'),
    hljs.C_NUMBER_MODE,
    { className: 'string', begin: /'/, end: /'/, contains: [{ begin: /''/ }] },
    { className: 'variable', begin: /"[^"\n]*"|`[^`\n]*`|[@:$]\w+/ },
    { className: 'built_in', begin: /\b(?!in\b|values\b|key\b|over\b)[a-z_]+(?=\()/ },
  ],
});
