/** Of the document in which the prompts of a workspace are shown. */
export const promptsScheme = 'holysheep-prompts';
