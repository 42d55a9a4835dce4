import * as vscode from 'vscode';

type ThinkingPart = new (
  value: string,
  id?: string,
  metadata?: Readonly<Record<string, unknown>>,
) => vscode.LanguageModelDataPart;

interface HostFeatures {
  /** What a model thinks, shown apart from its answer; proposed API that hosts have had for long. */
  readonly Thinking: ThinkingPart | undefined;
}

/** What this host has beside the API it promises: asked, never assumed. */
export function hostFeatures(): HostFeatures {
  const { LanguageModelThinkingPart } = vscode as { readonly LanguageModelThinkingPart?: unknown };
  const Thinking = typeof LanguageModelThinkingPart === 'function' ? LanguageModelThinkingPart : undefined;
  return { Thinking: Thinking as ThinkingPart | undefined };
}
