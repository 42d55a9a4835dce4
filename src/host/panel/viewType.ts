/** Of the conversations' panels, as package.json and restored windows know it. */
export const viewType = 'holysheep.conversation';
