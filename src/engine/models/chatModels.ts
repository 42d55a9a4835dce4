import type { FactsById } from './listedFacts';

/**
 * Matches the names of models that can't chat, such as embedding models. Most gateways list only names, and the table
 * has some of these models as well, so nothing else tells them from models that can chat.
 */
const nonChatModel =
  /embed|rerank|whisper|(?:^|[-/])(?:tts|stt|asr)(?:[-/]|$)|dall-e|moderation|transcribe|(?:^|[-/])(?:image|video|audio|speech)(?:[-/]|$)|stable-diffusion|flux|sora|veo|suno|midjourney|(?:^|[-/])realtime(?:[-/]|$)/i;

export function canChat(model: string, listed?: FactsById): boolean {
  return listed?.get(model)?.writesText ?? !nonChatModel.test(model);
}
