export function ensureDependencies(folder?: string): Promise<void>;
export function runScript(file: string, args: readonly string[]): Promise<void>;
