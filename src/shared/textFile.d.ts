/** The text of the file that is named before `?text` (see esbuild.js). */
declare module '*?text' {
  const text: string;
  export default text;
}
