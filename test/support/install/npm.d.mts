export function npm(folder: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<void>;
