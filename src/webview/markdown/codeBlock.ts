import { element, noAttributes, type ElementSpec, type NodeSpec } from './tree';

export const codeActions = ['copy', 'insert', 'apply', 'newFile'] as const;

export type CodeAction = (typeof codeActions)[number];

export interface CodeToolbar {
  /** Accessible names. They are attributes, so that the text of an answer is exactly the model's text. */
  readonly labels: Readonly<Record<CodeAction, string>>;
  readonly canApply: boolean;
}

/** SVG paths of the button icons, on a 16 × 16 grid. */
const ICONS: Readonly<Record<CodeAction, string>> = {
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  insert: 'M1.5 8h7M5.5 5l3 3-3 3M12.5 3v10M11 3h3M11 13h3',
  apply: 'M3 5.5h9.5M9.5 2.5l3 3-3 3M13 10.5H3.5M6.5 7.5l-3 3 3 3',
  newFile: 'M9.5 13.5h-6v-11h6l3 3v2M9.5 2.5v3h3M12.5 10v5M10 12.5h5',
};

/** Replaces the Copy icon for a moment after a click. The button contains both, and the style sheet shows one. */
const COPIED_ICON = 'M2.5 8.5l3.5 3.5 7.5-8';

/** Maximum length of a text node in code, in characters. The cost of appending to it grows with its length. */
export const CHUNK_LENGTH = 4000;

export function toolbarSpec({ labels, canApply }: CodeToolbar): ElementSpec {
  const actions = codeActions.filter((action) => action !== 'apply' || canApply);
  const buttons = actions.map((action) => {
    const names = { 'aria-label': labels[action], title: labels[action] };
    const attributes = { type: 'button', class: 'code-action', 'data-action': action, ...names };
    return element(
      'button',
      attributes,
      (action === 'copy' ? [ICONS.copy, COPIED_ICON] : [ICONS[action]]).map(iconSpec),
    );
  });
  return element('div', { class: 'code-toolbar' }, buttons);
}

function iconSpec(outline: string): ElementSpec {
  return element('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, [element('path', { d: outline }, [])]);
}

/** @param isOpen whether more code may arrive; the buttons stay hidden until the code is complete */
export function codeBlockSpec(code: string, language: string, toolbar: ElementSpec, isOpen: boolean): ElementSpec {
  const attributes = {
    class: 'code-block',
    ...(language === '' ? {} : { 'data-language': language }),
    ...(isOpen ? { 'data-open': '' } : {}),
  };
  const codeAttributes = language === '' ? noAttributes : { class: `language-${language}` };
  const content = element('code', codeAttributes, codeToSpecs(code));
  return element('div', attributes, [toolbar, element('pre', { tabindex: '0' }, [content])]);
}

/**
 * Returns the nodes for code: a text node, preceded by chunk elements (`code-chunk`) if the code is long. The browser
 * lays out each chunk element independently. Code that arrives later changes only the text node at the end, so the
 * chunk elements before it stay unchanged.
 */
export function codeToSpecs(code: string): readonly NodeSpec[] {
  const pieces: NodeSpec[] = [];
  let start = 0;
  while (code.length - start > CHUNK_LENGTH) {
    const newline = code.lastIndexOf('\n', start + CHUNK_LENGTH - 1);
    const end = newline >= start ? newline : outsideSurrogatePair(code, start + CHUNK_LENGTH);
    const piece = code.slice(start, end);
    // A piece of code that starts or ends within a line becomes a text node, because a chunk element must contain
    // complete lines.
    const isBox = newline >= start && (start === 0 || code.charAt(start - 1) === '\n');
    pieces.push(...(isBox ? [chunkSpec(piece), '\n'] : [newline >= start ? `${piece}\n` : piece]));
    start = newline >= start ? end + 1 : end;
  }
  if (start < code.length) pieces.push(code.slice(start));
  return pieces;
}

function chunkSpec(lines: string): ElementSpec {
  return element('span', { class: 'code-chunk' }, lines === '' ? [] : [lines]);
}

/** Returns `end`, or the offset before it if `end` is within a surrogate pair. */
export function outsideSurrogatePair(code: string, end: number): number {
  const last = code.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
