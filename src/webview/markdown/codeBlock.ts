import { element, noAttributes, type ElementSpec } from './tree';

export type CodeAction = 'copy' | 'insert' | 'apply';

export interface CodeToolbar {
  /** Names of the buttons; they are never text, so that the text of an answer is the model's alone. */
  readonly labels: Readonly<Record<CodeAction, string>>;
  readonly canApply: boolean;
}

/** Outlines on a 16 × 16 grid. */
const ICONS: Readonly<Record<CodeAction, string>> = {
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  insert: 'M1.5 8h7M5.5 5l3 3-3 3M12.5 3v10M11 3h3M11 13h3',
  apply: 'M2.5 8.5l3.5 3.5 7.5-8',
};

/** Characters in one text node of a code block: appending to a longer one costs the browser more each time. */
const CHUNK = 4000;

export function toolbarSpec({ labels, canApply }: CodeToolbar): ElementSpec {
  const actions: readonly CodeAction[] = canApply ? ['copy', 'insert', 'apply'] : ['copy', 'insert'];
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
      [element('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, [element('path', { d: ICONS[action] }, [])])],
    ),
  );
  return element('div', { class: 'code-toolbar' }, buttons);
}

/** @param open more lines may come: the buttons wait until the code is whole. */
export function codeBlockSpec(code: string, language: string, toolbar: ElementSpec, open: boolean): ElementSpec {
  const attributes = {
    class: 'code-block',
    ...(language === '' ? {} : { 'data-language': language }),
    ...(open ? { 'data-open': '' } : {}),
  };
  const codeAttributes = language === '' ? noAttributes : { class: `language-${language}` };
  const content = element('code', codeAttributes, chunks(code));
  return element('div', attributes, [toolbar, element('pre', { tabindex: '0' }, [content])]);
}

/** Where a piece ends depends on what is before it alone, so that pieces stay as they are while code arrives. */
function chunks(code: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (code.length - start > CHUNK) {
    const newline = code.lastIndexOf('\n', start + CHUNK - 1);
    const end = newline >= start ? newline + 1 : wholeCharacter(code, start + CHUNK);
    pieces.push(code.slice(start, end));
    start = end;
  }
  if (start < code.length) pieces.push(code.slice(start));
  return pieces;
}

function wholeCharacter(code: string, end: number): number {
  const last = code.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
