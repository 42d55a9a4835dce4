import { reasoningEfforts, type ReasoningEffort } from '../request';
import { plainName, type ModelFacts, type ReasoningFormat } from './modelFacts';

/**
 * Names of the request fields that set the reasoning effort in any format, including nested fields that gateways name
 * in error messages.
 */
export const effortParameters = [
  'reasoning_effort',
  'enable_thinking',
  'chat_template_kwargs',
  'reasoning',
  'thinking',
  'thinking_budget',
  'disable_reasoning',
  'extra_body',
] as const;

/** The model and the gateway to which a request is sent. */
export interface ReasoningTarget {
  readonly baseUrl: string;
  /** Name of the model at the gateway. */
  readonly model: string;
  readonly facts?: ModelFacts | undefined;
  readonly learned?: LearnedEfforts | undefined;
  /** The user's token limit for the output. Gateways refuse a reasoning budget above this limit. */
  readonly maxTokens?: number | undefined;
}

/** What the engine has learned from a gateway's refusals about the reasoning effort of a model. */
export interface LearnedEfforts {
  /** Levels that the gateway named as valid when it refused another level. */
  accepted?: readonly ReasoningEffort[] | undefined;
  /**
   * Fields that the gateway refused, each together with the level of reasoning effort. The gateway might accept the
   * same field with another level.
   */
  readonly refused: Set<string>;
}

function refusalOf(field: string, level: ReasoningEffort): string {
  return `${field} ${level}`;
}

/**
 * Remembers that a gateway refused one of the fields that set the reasoning effort. The next request uses the nearest
 * level that the gateway's message names, or leaves the field out.
 * @returns whether the next request will differ from the refused request
 */
export function learnRefusal(
  learned: LearnedEfforts,
  fields: ReasoningFields['fields'],
  level: ReasoningEffort,
  { parameter, detail }: { readonly parameter: string; readonly detail: string },
): boolean {
  const names = Object.keys(fields);
  const contains = (field: string, text: string): boolean => JSON.stringify(fields[field]).includes(`"${text}"`);
  const refused = names.find((name) => name === parameter) ?? names.find((name) => contains(name, parameter));
  // A gateway can refuse the reasoning effort under a name that was not sent. All sent fields are then treated as
  // refused.
  const isAboutEffort = effortParameters.some((name) => name === parameter);
  const avoided = refused !== undefined ? [refused] : isAboutEffort ? names : [];
  const { accepted, refused: refusals } = learned;
  const levels = (accepted ?? effortsIn(detail)).filter((other) => other !== level);
  const isShorter = accepted === undefined || levels.length < accepted.length;
  if (isShorter && levels.some((other) => other !== 'none') && avoided.some((name) => contains(name, level))) {
    learned.accepted = levels;
    return true;
  }
  const countBefore = refusals.size;
  for (const name of avoided) refusals.add(refusalOf(name, level));
  return refusals.size > countBefore;
}

/**
 * Matches the parts of an error message that can list levels: a quoted word, and the text after words that introduce a
 * list. Elsewhere in a message, `high` could describe the load.
 */
const listedLevels =
  /['"`“‘「][\w-]+['"`”’」]|(?<!n[o']t (?:\w+ )?|不)(?:\bsupport(?:s|ed)?\b|\bone of\b|\bexpected\b|\b(?:must|should) be\b|支持|可选).*/gis;

function effortsIn(text: string): readonly ReasoningEffort[] {
  const listed = text.toLowerCase().match(listedLevels) ?? [];
  const words = new Set(listed.join(' ').match(/[\w-]+/g));
  return reasoningEfforts.filter((level) => words.has(level));
}

export interface ReasoningFields {
  /** Fields that set the reasoning effort in the body of a request. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Level of reasoning effort that the fields set. Undefined if there are no fields. */
  readonly effort?: ReasoningEffort | undefined;
  /** Level of reasoning effort that the user chose. Set only if the gateway refused the parameters for this level. */
  readonly refusedEffort?: ReasoningEffort | undefined;
}

/** A level of reasoning effort for one model at one gateway. */
interface Choice {
  readonly level: ReasoningEffort;
  readonly isOn: boolean;
  /** The reasoning budget, in tokens. */
  readonly budget: number;
  readonly name: string;
  readonly facts: ModelFacts;
}

const togetherEfforts: readonly ReasoningEffort[] = ['low', 'medium', 'high'];

type GatewayFormat = ReasoningFormat | 'together' | 'cerebras' | 'gemini';

/**
 * Formats with which the reasoning can be switched off for every model, so that the level `none` can always be sent.
 */
const formatsWithSwitch: ReadonlySet<GatewayFormat> = new Set([
  'thinking',
  'enable_thinking',
  'chat_template_kwargs',
  'together',
  'cerebras',
  'gemini',
]);

/** The request fields of each format, as the gateways document them. */
const formats: Readonly<Record<GatewayFormat, (choice: Choice) => Readonly<Record<string, unknown>>>> = {
  // Gateways don't accept the level `none` for Claude, which reasons only if the parameter is sent. For `none`, the
  // parameter is therefore left out.
  reasoning_effort: ({ level, isOn, name, facts }) =>
    !isOn && isClaude(name) && !canSwitchOff(facts) ? {} : { reasoning_effort: level },
  reasoning: ({ level, isOn }) => ({ reasoning: isOn ? { effort: level } : { enabled: false } }),
  thinking: ({ level, isOn, budget, name, facts }) => {
    const { efforts, reasoningBudget, reasoningToggle } = facts;
    if (!isClaude(name))
      return { thinking: { type: isOn ? 'enabled' : 'disabled' }, ...(isOn && efforts && { reasoning_effort: level }) };
    if (!isOn) return reasoningToggle ? { thinking: { type: 'disabled' } } : {};
    // Claude models accept no reasoning budget from Claude Opus 4.7 on.
    return { thinking: reasoningBudget ? { type: 'enabled', budget_tokens: budget } : { type: 'adaptive' } };
  },
  enable_thinking: ({ isOn, budget, facts }) => ({
    enable_thinking: isOn,
    ...(isOn && takesBudget(facts) && { thinking_budget: budget }),
  }),
  chat_template_kwargs: ({ isOn, budget, name, facts }) => ({
    chat_template_kwargs: {
      // The chat templates of DeepSeek and Kimi call the reasoning switch `thinking`.
      [/^(?:deepseek|kimi)/.test(name) ? 'thinking' : 'enable_thinking']: isOn,
      ...(isOn && takesBudget(facts) && { thinking_budget: budget }),
    },
  }),
  none: () => ({}),
  together: ({ level, isOn }) => ({
    reasoning: { enabled: isOn },
    ...(isOn && { reasoning_effort: level }),
  }),
  cerebras: ({ level, isOn }) => (isOn ? { reasoning_effort: level } : { disable_reasoning: true }),
  gemini: ({ isOn, budget, facts }) => {
    const off = canSwitchOff(facts) ? 0 : (facts.reasoningBudget?.min ?? 0);
    return { extra_body: { google: { thinking_config: { thinking_budget: isOn ? budget : off } } } };
  },
};

interface Rule {
  /** Domains or ports of the gateways to which the rule applies. By default, the rule applies to every gateway. */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Matches the names of the models to which the rule applies, as {@link plainName} returns them. By default, the rule
   * applies to every model.
   */
  readonly models?: RegExp | undefined;
  readonly format: GatewayFormat;
}

/**
 * Rules that choose the format of the reasoning fields. The first rule that matches is used. If none matches, the
 * format of OpenAI is used, which most gateways accept.
 */
const rules: readonly Rule[] = [
  { hosts: ['openrouter.ai'], format: 'reasoning' },
  // Domains of DeepSeek, Anthropic, Zhipu, Moonshot, Xiaomi MiMo and Volcengine.
  { hosts: ['deepseek.com', 'anthropic.com', 'bigmodel.cn', 'z.ai', 'moonshot.cn', 'moonshot.ai'], format: 'thinking' },
  { hosts: ['xiaomimimo.com', 'volces.com', 'bytepluses.com'], format: 'thinking' },
  // Domains of DashScope, SiliconFlow and Hunyuan.
  { hosts: ['aliyuncs.com', 'siliconflow.cn', 'siliconflow.com'], format: 'enable_thinking' },
  { hosts: ['hunyuan.cloud.tencent.com'], format: 'enable_thinking' },
  { hosts: ['nvidia.com'], models: /^(?!gpt-oss)/, format: 'chat_template_kwargs' },
  { hosts: ['together.xyz', 'together.ai'], format: 'together' },
  { hosts: ['cerebras.ai'], format: 'cerebras' },
  { hosts: ['googleapis.com'], models: /^gemini-2-5/, format: 'gemini' },
  // Ports of Ollama and LM Studio, which ignore all parameters for the reasoning effort except `reasoning_effort`.
  { hosts: [':11434', ':1234'], format: 'reasoning_effort' },
  { models: /^(?:qwen|qwq|hunyuan)/, format: 'enable_thinking' },
];

/**
 * Returns the fields of a request that set the reasoning effort. A level that the model does not have is replaced by
 * the nearest level. Fields that the user sets (`extraBody`) and fields that the gateway has refused are left out.
 */
export function reasoningFields(effort: ReasoningEffort | undefined, target: ReasoningTarget): ReasoningFields {
  if (effort === undefined) return { fields: {} };
  const wanted = fieldsAtLevel(effort, { ...target, learned: undefined });
  const sent = target.learned ? fieldsAtLevel(effort, target) : wanted;
  return { ...sent, ...(sent.effort !== wanted.effort && { refusedEffort: effort }) };
}

function fieldsAtLevel(effort: ReasoningEffort, target: ReasoningTarget): ReasoningFields {
  const { facts = {}, model, learned, maxTokens } = target;
  const [format, name] = [formatFor(target), plainName(model)];
  const level = levelFor(effort, format, target);
  const budget = budgetOf(level, facts, maxTokens);
  const fields = formats[format]({ level, isOn: level !== 'none', budget, name, facts });
  const sentFields = Object.entries(fields).filter(
    ([field]) => !Object.hasOwn(facts.extraBody ?? {}, field) && learned?.refused.has(refusalOf(field, level)) !== true,
  );
  return { fields: Object.fromEntries(sentFields), effort: sentFields.length > 0 ? level : undefined };
}

/**
 * Returns the model facts for a request with a reasoning effort. Any level above `none` means that the model reasons.
 */
export function factsWithEffort(facts: ModelFacts | undefined, effort: ReasoningEffort | undefined) {
  return effort === undefined || effort === 'none' ? facts : { ...facts, reasons: true };
}

function formatFor({ baseUrl, model, facts }: ReasoningTarget): GatewayFormat {
  if (facts?.reasoningFormat) return facts.reasoningFormat;
  const name = plainName(model);
  const { hostname, port } = new URL(baseUrl);
  const isOfGateway = (host: string): boolean =>
    host.startsWith(':') ? `:${port}` === host : `.${hostname}`.endsWith(`.${host}`);
  const rule = rules.find(({ hosts, models }) => (hosts?.some(isOfGateway) ?? true) && (models?.test(name) ?? true));
  return rule?.format ?? 'reasoning_effort';
}

function levelFor(
  effort: ReasoningEffort,
  format: GatewayFormat,
  { model, facts = {}, learned }: ReasoningTarget,
): ReasoningEffort {
  const accepted = learned?.accepted;
  if (effort === 'none' && formatsWithSwitch.has(format)) return effort;
  if (accepted) return nearestEffort(effort, accepted);
  if (effort === 'none' && isClaude(plainName(model))) return effort;
  const efforts = format === 'together' ? togetherEfforts : facts.efforts;
  if (!efforts?.length || (effort === 'none' && canSwitchOff(facts))) return effort;
  return nearestEffort(effort, efforts);
}

/**
 * Returns the level that is nearest to the chosen level. If two levels are equally near, returns the lower level.
 * Returns `none` only if it was chosen.
 */
function nearestEffort(effort: ReasoningEffort, levels: readonly ReasoningEffort[]): ReasoningEffort {
  const distance = (level: ReasoningEffort): number =>
    Math.abs(reasoningEfforts.indexOf(level) - reasoningEfforts.indexOf(effort));
  const ascending = reasoningEfforts.filter(
    (level) => levels.includes(level) && (effort === 'none' || level !== 'none'),
  );
  return ascending.reduce((best, level) => (distance(level) < distance(best) ? level : best), ascending[0] ?? effort);
}

/**
 * Share of the largest reasoning budget for each level of reasoning effort. The extension Cline uses the same shares.
 */
const budgetShares = { none: 0, minimal: 0.1, low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.95, max: 1 } as const;
/**
 * Largest reasoning budget in tokens for a model whose own maximum is unknown. SiliconFlow accepts no larger budget.
 */
const usualMaxBudget = 32_768;

/**
 * Returns the reasoning budget for a level, in tokens. It leaves at least half of the user's token limit for the
 * answer, but is never below the model's minimum. If the model's largest budget is unknown, it also leaves half of the
 * model's maximum output.
 */
function budgetOf(
  level: ReasoningEffort,
  { reasoningBudget, maxOutput = Infinity }: ModelFacts,
  maxTokens = Infinity,
): number {
  const { min = 1, max = Math.min(usualMaxBudget, maxOutput / 2) } = reasoningBudget ?? {};
  return Math.max(min, Math.round(Math.min(max, maxTokens / 2) * budgetShares[level]));
}

/**
 * Returns whether a reasoning budget can be sent for the model. Returns false only if the model is known to have
 * nothing but a switch that turns its reasoning on and off.
 */
function takesBudget({ efforts, reasoningToggle, reasoningBudget }: ModelFacts): boolean {
  return !reasoningToggle || reasoningBudget !== undefined || efforts !== undefined;
}

function canSwitchOff({ efforts, reasoningToggle, reasoningBudget }: ModelFacts): boolean {
  return reasoningToggle === true || reasoningBudget?.min === 0 || efforts?.includes('none') === true;
}

function isClaude(name: string): boolean {
  return name.startsWith('claude');
}
