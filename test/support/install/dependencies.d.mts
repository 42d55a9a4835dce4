export function ensureDependencies(folder?: string): Promise<void>;
export function runTypeScript(file: string, args: readonly string[]): Promise<void>;
export function assertNode(): void;
