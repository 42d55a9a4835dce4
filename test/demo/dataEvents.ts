/** Returns the data of each event of a stream whose lines end in LF. */
export function dataEvents(stream: string): string[] {
  return stream
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length));
}
