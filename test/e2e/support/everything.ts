/** Whether to use all themes, widths and languages, which takes many minutes, instead of those that differ most. */
export const everything = process.env['HOLYSHEEP_PICTURES'] === 'all';
