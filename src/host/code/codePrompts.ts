import { codeLimits, lineRange, type CodeExcerpt } from './codeExcerpt';

interface CodeInstruction {
  /**
   * Instruction to the model. The instruction is in English, because models follow English instructions best. The
   * prompt separately asks for an answer in the user's language.
   */
  readonly instruction: string;
  /** Whether the prompt includes the problems (errors and warnings) that the editor reports for the code. */
  readonly includesProblems?: boolean;
}

const replacementRules =
  'Reply with the whole new version of the code in one fenced code block that can replace it as it is, ' +
  'with the same indentation, ';

/** The built-in prompts about code, keyed by id. The command that sends a prompt is `holysheep.<id>`. */
export const codePrompts = {
  explainSelection: {
    instruction:
      'Explain the code: first in one or two sentences what it is for, then how it works step by step, then anything ' +
      'surprising, risky or easily misunderstood. Refer to names in the code. Do not repeat the code as a whole.',
  },
  fixSelection: {
    instruction:
      'Find and fix the bugs in the code. Change nothing that is right. ' +
      `${replacementRules}then say briefly what was wrong and why the fix is right. If nothing is wrong, say so.`,
    includesProblems: true,
  },
  improveSelection: {
    instruction:
      'Improve the code: clearer names and structure, simpler logic, better error handling and performance where it ' +
      `matters. Keep its behaviour and its interface. ${replacementRules}then list briefly what you changed and why.`,
  },
  writeTests: {
    instruction:
      'Write unit tests for the code, with the test framework that the context shows or else the usual one of the ' +
      'language. Cover the normal cases, the edge cases and the errors; name each test after the behaviour it checks. ' +
      'Reply with one complete test file in a fenced code block, then name what is not covered.',
  },
} as const satisfies Readonly<Record<string, CodeInstruction>>;

export type CodePromptId = keyof typeof codePrompts;

/** Part of the prompt that informs the model that the code was truncated. */
export const truncationNotice = `The code was too long: only its first ${codeLimits.characters} characters are here. Say so.`;

/**
 * Returns the complete prompt for the model: the instruction, the code and the lines around the code.
 * @param problems lines about the problems (errors and warnings) in the code
 * @param locale the display language, for example `zh-cn`. The prompt asks the model to explain in this language.
 */
export function codePromptText(
  prompt: CodeInstruction,
  excerpt: CodeExcerpt,
  problems: readonly string[],
  locale: string,
): string {
  const { path, languageId, code, before, after, truncated } = excerpt;
  const { first, last } = lineRange(excerpt.span);
  const parts = [
    prompt.instruction,
    `File: ${toSingleLine(path)}\nLanguage: ${languageId}\nLines: ${first}-${last}`,
    `The code:\n\n${codeFence(code, languageId)}`,
  ];
  if (truncated) parts.push(truncationNotice);
  if (prompt.includesProblems && problems.length) {
    parts.push(`Problems the editor reports:\n\n${problems.join('\n')}`);
  }
  if (before) parts.push(`Context only, the lines before the code:\n\n${codeFence(before, languageId)}`);
  if (after) parts.push(`Context only, the lines after the code:\n\n${codeFence(after, languageId)}`);
  if (!/^en\b/i.test(locale)) parts.push(`Write explanations in the language with the tag ${locale}.`);
  return parts.join('\n\n');
}

export function toSingleLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/**
 * Returns a Markdown code block. Its fence is longer than any run of backticks in the code, so that the code can't end
 * the code block early.
 */
export function codeFence(code: string, languageId: string): string {
  const runs = code.match(/`+/g) ?? [];
  const longest = runs.reduce((length, run) => Math.max(length, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${languageId}\n${code.replace(/\r?\n$/, '')}\n${fence}`;
}
