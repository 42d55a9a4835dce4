import { firstChars } from '../../shared/protocol';
import { type Icon, iconAttributes, iconPath } from '../util/element';
import { codeDirection, element, noAttributes, type ElementSpec, type NodeSpec } from './tree';

export const codeActions = ['copy', 'insertIntoTerminal', 'insert', 'apply', 'newFile', 'wrap'] as const;

export type CodeAction = (typeof codeActions)[number];

/** Parts of an answer besides the text of the model: the buttons of code blocks, and the marks of task lists. */
export interface AnswerControls {
  /**
   * Accessible names of the code block buttons and the task list marks. The names are HTML attributes, so that the text
   * of an answer is exactly the model's text.
   */
  readonly labels: Readonly<Record<CodeAction | 'taskDone' | 'taskOpen', string>>;
  readonly canApply: boolean;
}

/**
 * Icons of the code block buttons. After a click on *Copy*, the style sheet shows the check mark instead of the copy
 * icon for a moment.
 */
const ICONS: Readonly<Record<CodeAction, readonly Icon[]>> = {
  copy: ['copy', 'check'],
  insertIntoTerminal: ['terminal'],
  insert: ['insert'],
  apply: ['applyCode'],
  newFile: ['newFile'],
  wrap: ['wordWrap'],
};

/**
 * Maximum length of a text node in a code block, in characters. The longer a text node is, the slower it is to append
 * text to it.
 */
export const CHUNK_LENGTH = 4000;

const shellLanguages =
  /^(?:sh|bash|zsh|fish|shell|shellscript|console|shell-?session|terminal|powershell|ps1|pwsh|bat|batch|cmd)$/;

/** Returns a function that returns the buttons of a code block in a language. */
export function createToolbars(controls: AnswerControls): (language: string) => ElementSpec {
  const [toolbar, shellToolbar] = [toolbarSpec(controls, false), toolbarSpec(controls, true)];
  return (language) => (shellLanguages.test(language) ? shellToolbar : toolbar);
}

function toolbarSpec({ labels, canApply }: AnswerControls, isShell: boolean): ElementSpec {
  const actions = codeActions.filter(
    (action) => (action !== 'apply' || canApply) && (action !== 'insertIntoTerminal' || isShell),
  );
  const buttons = actions.map((action) => {
    const names = { 'aria-label': labels[action], title: labels[action] };
    const state = action === 'wrap' ? { 'aria-pressed': 'false' } : noAttributes;
    const attributes = { type: 'button', class: 'code-action', 'data-action': action, ...names, ...state };
    return element('button', attributes, ICONS[action].map(iconSpec));
  });
  return element('div', { class: 'code-toolbar' }, buttons);
}

function iconSpec(icon: Icon): ElementSpec {
  return element('svg', iconAttributes(icon), [element('path', { d: iconPath(icon) })]);
}

/** @param isOpen whether more code might arrive; the buttons are hidden until the code is complete */
export function codeBlockSpec(code: string, language: string, toolbar: ElementSpec, isOpen: boolean): ElementSpec {
  const attributes = {
    class: 'code-block',
    ...codeDirection,
    ...(language && { 'data-language': language }),
    ...(isOpen && { 'data-open': '' }),
  };
  const codeAttributes = language === '' ? noAttributes : { class: `language-${language}` };
  const content = element('code', codeAttributes, codeToSpecs(code));
  const preAttributes = { tabindex: '0', ...(language && { title: language }) };
  return element('div', attributes, [toolbar, element('pre', preAttributes, [content])]);
}

/**
 * Returns the nodes for code: a text node, preceded by chunk elements (`code-chunk`) if the code is long. The browser
 * lays out each chunk element independently. More code changes only the text node at the end.
 */
function codeToSpecs(code: string): readonly NodeSpec[] {
  const pieces: NodeSpec[] = [];
  let start = 0;
  while (code.length - start > CHUNK_LENGTH) {
    const newline = code.lastIndexOf('\n', start + CHUNK_LENGTH - 1);
    const end = newline >= start ? newline : start + firstChars(code.slice(start), CHUNK_LENGTH).length;
    const piece = code.slice(start, end);
    // A chunk element must contain complete lines, so a piece of code that starts or ends within a line becomes a text
    // node.
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
