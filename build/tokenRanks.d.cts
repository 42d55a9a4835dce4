export const shippedRanks: number;
export function packTokenRanks(count?: number): Promise<Buffer>;
