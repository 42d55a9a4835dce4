/** All themes, widths and languages, which takes many minutes; else those that differ most. */
export const everything = process.env['HOLYSHEEP_PICTURES'] === 'all';
