export type JitterKind = 'full' | 'equal' | 'decorrelated' | 'classic' | 'none';
