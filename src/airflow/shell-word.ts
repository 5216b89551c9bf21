/** `text` as one word of a command that somebody may paste into a shell. */
export const shellWord = (text: string): string =>
  /^[\w.:+~%/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
