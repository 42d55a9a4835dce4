import type * as vscode from 'vscode';

const memoryKey = 'holysheep.gatewaysOfModels';
const maxRemembered = 50;

/**
 * Remembers from which backup gateway's list the user chose a model, so that prompts go straight there before the lists
 * are loaded.
 */
export class GatewayMemory {
  constructor(private readonly memory: vscode.Memento) {}

  /** Returns the base URL of the gateway. */
  gatewayOf(model: string): string | undefined {
    return this.remembered().get(model);
  }

  /** @param baseUrl undefined to forget the model */
  async remember(model: string, baseUrl: string | undefined): Promise<void> {
    const gateways = this.remembered();
    if (gateways.get(model) === baseUrl) return;
    // Moves the model to the end, because the oldest entries are forgotten first.
    gateways.delete(model);
    if (baseUrl !== undefined) gateways.set(model, baseUrl);
    await this.memory.update(memoryKey, [...gateways].slice(-maxRemembered));
  }

  private remembered(): Map<string, string> {
    return new Map(this.memory.get<readonly (readonly [model: string, baseUrl: string])[]>(memoryKey, []));
  }
}
