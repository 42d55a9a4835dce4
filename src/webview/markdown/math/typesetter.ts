import { element, type ElementSpec, type NodeSpec } from '../tree';
import { maxFormulaLength, type MathToken } from './mathRules';

type TexToTree = (tex: string, isDisplay: boolean) => ElementSpec | undefined;

declare global {
  /** Defined by the script that converts formulas, see `mathMain.ts`. */
  var texToTree: TexToTree | undefined;
}

/** Deepest nesting of groups in a formula. Temml is recursive, and its time grows faster than the depth. */
const maxNesting = 50;

const OPENING = /\{|\\left\b|\\begin\b/;

/** Commands whose argument Temml typesets several times. If they are nested, the work is multiplied with each level. */
const MULTIPLYING = /\\(?:(?:math)?llap|cancelto|equilibrium(?:Left|Right)|ce)\b/;

/** Deepest nesting of groups around a multiplying command. */
const maxMultiplyingNesting = 2;

const GROUPS = new RegExp(`\\{|\\}|\\\\(?:left|right|begin|end)\\b|${MULTIPLYING.source}`, 'g');

/** Physical units with many fraction bars. Temml's time grows with the cube of their number. */
const LONG_UNIT = /\\pu\b(?:[^/]*\/){20}/;

/** Definitions of macros. A formula could use a macro to become thousands of times longer. */
const DEFINITION = /\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|DeclareMathOperator)\b/;

/** Number of formulas whose result is kept, so that they are not converted again with each new token. */
const maxCached = 500;

/** Converts formulas in TeX to MathML. The code of the converter is loaded when the first formula is converted. */
export class Typesetter {
  private readonly cache = new Map<string, readonly NodeSpec[]>();
  private loading: Promise<void> | undefined;
  private convert: TexToTree | undefined;
  private readonly waiting = new Set<() => void>();

  /** @param load loads the function that converts formulas */
  constructor(private readonly load: () => Promise<TexToTree>) {}

  /**
   * Returns the nodes for a formula. A formula that can't be drawn, or whose converter is not loaded yet, is shown as
   * its source.
   * @param onLoad called when the converter is loaded, if it is not loaded yet
   */
  nodesFor(tex: string, math: MathToken, onLoad: () => void): readonly NodeSpec[] {
    if (!isSafe(tex)) return [math.source];
    if (!this.convert) {
      this.waiting.add(onLoad);
      this.start();
      return [math.source];
    }
    const cached = this.cache.get(math.source);
    if (cached) return cached;
    const tree = this.convert(tex, math.isDisplay);
    const nodes = tree ? [formulaSpec(tree, math)] : [math.source];
    if (this.cache.size >= maxCached) this.cache.clear();
    this.cache.set(math.source, nodes);
    return nodes;
  }

  private start(): void {
    this.loading ??= this.load()
      .then((convert) => {
        this.convert = convert;
        for (const onLoad of this.waiting) onLoad();
        this.waiting.clear();
      })
      // Without the converter, formulas remain visible as their source.
      .catch((error: unknown) => console.error(error));
  }
}

/**
 * Creates the element of a formula. The formula itself can't be selected. The source, which is invisible but not hidden,
 * is selected and copied in its place.
 */
function formulaSpec(tree: ElementSpec, { source, isDisplay }: MathToken): ElementSpec {
  const copied = element('span', { class: 'math-source', 'aria-hidden': 'true' }, [source]);
  // A formula on a line of its own must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
  const attributes = isDisplay ? { class: 'math math-display', tabindex: '0' } : { class: 'math' };
  return element('span', attributes, [tree, copied]);
}

/** Returns whether a formula can be converted in a short time. */
function isSafe(tex: string): boolean {
  if (tex.length > maxFormulaLength || DEFINITION.test(tex) || LONG_UNIT.test(tex)) return false;
  let depth = 0;
  for (const [match] of tex.matchAll(GROUPS)) {
    const isMultiplying = MULTIPLYING.test(match);
    if (!isMultiplying) depth += OPENING.test(match) ? 1 : -1;
    if (depth > (isMultiplying ? maxMultiplyingNesting : maxNesting)) return false;
  }
  return true;
}

/** Returns a function that loads the converter from a script. The page permits only scripts with its nonce. */
export function scriptLoader(uri: string): () => Promise<TexToTree> {
  return () =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = uri;
      // VS Code adds a script without a nonce before the page's own script.
      script.nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
      script.addEventListener('load', () => {
        if (globalThis.texToTree) resolve(globalThis.texToTree);
      });
      script.addEventListener('error', () => reject(new Error('The script for formulas could not be loaded.')));
      document.head.append(script);
    });
}
