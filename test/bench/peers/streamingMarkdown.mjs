import { default_renderer, parser, parser_end, parser_write } from 'streaming-markdown';

export default (root) => {
  const state = parser(default_renderer(root));
  return {
    take: (piece) => parser_write(state, piece),
    finish: () => parser_end(state),
  };
};
