import { element, noAttributes, type ElementSpec, type Spec } from './tree';

export type CodeAction = 'copy' | 'insert' | 'apply' | 'newFile';

export interface CodeToolbar {
  /** Names of the buttons; they are never text, so that the text of an answer is the model's alone. */
  readonly labels: Readonly<Record<CodeAction, string>>;
  readonly canApply: boolean;
}

/** Outlines on a 16 × 16 grid. */
const ICONS: Readonly<Record<CodeAction, string>> = {
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  insert: 'M1.5 8h7M5.5 5l3 3-3 3M12.5 3v10M11 3h3M11 13h3',
  apply: 'M3 5.5h9.5M9.5 2.5l3 3-3 3M13 10.5H3.5M6.5 7.5l-3 3 3 3',
  newFile: 'M9.5 13.5h-6v-11h6l3 3v2M9.5 2.5v3h3M12.5 10v5M10 12.5h5',
};

/** Shown instead of the icon of `copy` for a moment: see the style sheet. */
const COPIED_ICON = 'M2.5 8.5l3.5 3.5 7.5-8';

/** Characters in one text node of a code block: appending to a longer one costs the browser more each time. */
export const CHUNK_LENGTH = 4000;

export function toolbarSpec({ labels, canApply }: CodeToolbar): ElementSpec {
  const actions: readonly CodeAction[] = canApply
    ? ['copy', 'insert', 'apply', 'newFile']
    : ['copy', 'insert', 'newFile'];
  const buttons = actions.map((action) =>
    element(
      'button',
      {
        type: 'button',
        class: 'code-action',
        'data-action': action,
        'aria-label': labels[action],
        title: labels[action],
      },
      action === 'copy' ? [iconSpec(ICONS.copy), iconSpec(COPIED_ICON)] : [iconSpec(ICONS[action])],
    ),
  );
  return element('div', { class: 'code-toolbar' }, buttons);
}

function iconSpec(outline: string): ElementSpec {
  return element('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, [element('path', { d: outline }, [])]);
}

/** @param isOpen more lines may come: the buttons wait until the code is whole. */
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
 * Code as a text or, when it is long, as boxes of a few thousand characters, each laid out without the others, with the
 * line ends between them. Where one ends depends on what is before it alone, so that they stay as they are while code
 * arrives; the last piece is a text that grows.
 */
export function codeToSpecs(code: string): readonly Spec[] {
  const pieces: Spec[] = [];
  let start = 0;
  while (code.length - start > CHUNK_LENGTH) {
    const newline = code.lastIndexOf('\n', start + CHUNK_LENGTH - 1);
    const end = newline >= start ? newline : outsideSurrogatePair(code, start + CHUNK_LENGTH);
    const piece = code.slice(start, end);
    // A piece that is not whole lines has to stay in line with what is before or behind it.
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

function outsideSurrogatePair(code: string, end: number): number {
  const last = code.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
