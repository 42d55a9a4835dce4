import temml from 'temml';
import { element, mathTags, type Attributes, type ElementSpec, type MathTag, type NodeSpec } from '../tree';

type TemmlStyle = Readonly<Record<string, unknown>>;

/** Node of Temml's result. A text node has only `text`, and a fragment has no type. */
interface TemmlNode {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly classes?: readonly string[];
  readonly style?: TemmlStyle;
  readonly children?: readonly TemmlNode[];
}

/** Attributes of MathML elements that affect only how a formula looks. */
const allowedAttributes: ReadonlySet<string> = new Set(
  (
    'accent accentunder columnspan depth display displaystyle fence form height largeop linethickness lspace ' +
    'mathbackground mathvariant maxsize minsize movablelimits rowspan rspace scriptlevel separator stretchy symmetric ' +
    'voffset width'
  ).split(' '),
);

/** Limits for the result of Temml. Larger formulas would take long to draw. */
const maxDepth = 100;
const maxNodes = 20_000;

/** Limits for lengths in a formula, in em: for the thickness of lines, and for other lengths. */
const maxSize: [number, number] = [20, 100];

/**
 * Converts a formula in TeX to MathML.
 * @returns undefined if the formula is wrong, or too complex to be drawn
 */
export function texToTree(tex: string, isDisplay: boolean): ElementSpec | undefined {
  try {
    const options = {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      maxSize,
      maxExpand: 1000,
      wrap: 'tex',
    } as const;
    const root = temml.__renderToMathMLTree(tex, options) as TemmlNode;
    const nodes = isDrawable(root) ? toSpecs(root) : [];
    return nodes.find((node) => typeof node !== 'string');
  } catch {
    return undefined;
  }
}

function isDrawable(root: TemmlNode): boolean {
  let count = 0;
  let level: readonly TemmlNode[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length;
    if (depth > maxDepth || count > maxNodes) return false;
    level = level.flatMap(({ children = [] }) => children);
  }
  return true;
}

/** Converts a node of Temml. An element that is not allowed is replaced by its children. */
function toSpecs(node: TemmlNode): readonly NodeSpec[] {
  if (node.text !== undefined) return [node.text];
  const children = (node.children ?? []).flatMap(toSpecs);
  const { type } = node;
  return isMathTag(type) ? [element(type, attributesOf(node), children)] : children;
}

function isMathTag(type: string | undefined): type is MathTag {
  return mathTags.has(type as MathTag);
}

function attributesOf({ attributes = {}, classes = [], style = {} }: TemmlNode): Attributes {
  const entries = Object.entries(attributes).filter(([name]) => allowedAttributes.has(name));
  if (typeof style['color'] === 'string') entries.push(['mathcolor', style['color']]);
  const names = classes.filter((name) => /^[a-z][a-z-]*$/.test(name));
  const className = [...names, ...styleClasses(style)].join(' ');
  if (className !== '') entries.push(['class', className]);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/**
 * Returns classes that replace the lines and the paddings of Temml's styles, because the content security policy forbids
 * the attribute `style`. For example, `tml-borderTop` replaces `border-top: 0.06em solid`, and `tml-paddingLeft-1`
 * replaces `padding-left: 1em`.
 */
function styleClasses(style: TemmlStyle): readonly string[] {
  return Object.entries(style).flatMap(([name, value]) => {
    if (/^border[A-Z]?[a-z]*$/.test(name)) return `tml-${name}`;
    return /^padding[LR][a-z]+$/.test(name) ? `tml-${name}-${parseInt(String(value))}` : [];
  });
}
