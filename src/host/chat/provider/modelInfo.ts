/** Capabilities and token limits of a model, which VS Code needs before it sends a request. */
interface ModelLimits {
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly imageInput: boolean;
}

/** A family of models that have the same limits. Its members are recognized by a pattern for their IDs. */
interface ModelFamily extends ModelLimits {
  readonly pattern: RegExp;
}

/**
 * Limits of the model families, which must be listed here because gateways list only the IDs of models. The first
 * matching family applies. The limits are those that the vendor publishes for the smallest model of the family. VS Code
 * shortens prompts that exceed a limit, so a low limit is safer than a high limit.
 */
const families: readonly ModelFamily[] = [
  { pattern: /claude-(?:instant|1|2)/i, maxInputTokens: 96_000, maxOutputTokens: 4_096, imageInput: false },
  { pattern: /claude-3-(?:haiku|opus|sonnet)/i, maxInputTokens: 196_000, maxOutputTokens: 4_096, imageInput: true },
  { pattern: /claude/i, maxInputTokens: 200_000, maxOutputTokens: 8_192, imageInput: true },
  { pattern: /gemini/i, maxInputTokens: 1_000_000, maxOutputTokens: 8_192, imageInput: true },
  { pattern: /gpt-(?:4\.1|[5-9])/i, maxInputTokens: 272_000, maxOutputTokens: 16_384, imageInput: true },
  { pattern: /gpt-4o-2024-05/i, maxInputTokens: 124_000, maxOutputTokens: 4_096, imageInput: true },
  { pattern: /gpt-(?:4-turbo|4-1106|4-0125)/i, maxInputTokens: 124_000, maxOutputTokens: 4_096, imageInput: false },
  { pattern: /gpt-3\.5/i, maxInputTokens: 12_000, maxOutputTokens: 4_096, imageInput: false },
  { pattern: /gpt-4(?![o.\d])|[-_]8k(?:$|[-_])/i, maxInputTokens: 6_000, maxOutputTokens: 2_048, imageInput: false },
  { pattern: /gpt-4o|chatgpt|(?:^|[/-])o[1-9]/i, maxInputTokens: 128_000, maxOutputTokens: 16_384, imageInput: true },
  { pattern: /deepseek/i, maxInputTokens: 64_000, maxOutputTokens: 8_192, imageInput: false },
  {
    pattern: /(?:^|[/-])(?:vl|vision|glm-4\.\d*v|pixtral)/i,
    maxInputTokens: 32_000,
    maxOutputTokens: 4_096,
    imageInput: true,
  },
];

const defaultLimits: ModelLimits = { maxInputTokens: 32_000, maxOutputTokens: 4_096, imageInput: false };

/** Returns the limits of the model with this ID. An unknown model gets low limits. */
export function modelLimits(model: string): ModelLimits {
  const { maxInputTokens, maxOutputTokens, imageInput } =
    families.find(({ pattern: ids }) => ids.test(model)) ?? defaultLimits;
  return { maxInputTokens, maxOutputTokens, imageInput };
}

/** Matches the IDs of models that can't chat, for example embedding models. Gateways list such models as well. */
const nonChatModel =
  /embed|rerank|whisper|(?:^|[-/])(?:tts|stt|asr)(?:[-/]|$)|dall-e|moderation|transcribe|(?:^|[-/])(?:image|video|audio|speech)(?:[-/]|$)|stable-diffusion|flux|sora|veo|suno|midjourney|(?:^|[-/])realtime(?:[-/]|$)/i;

/** Returns whether the model with this ID can chat. */
export function canChat(model: string): boolean {
  return !nonChatModel.test(model);
}
