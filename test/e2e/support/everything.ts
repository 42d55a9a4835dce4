/**
 * Whether to use all themes, widths and languages, which takes many minutes, instead of only the ones that differ most
 * from each other.
 */
export const everything = process.env['HOLYSHEEP_PICTURES'] === 'all';
