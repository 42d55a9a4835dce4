/** What a request can be taken away as: the arguments of `holysheep.copyRequest`. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];
