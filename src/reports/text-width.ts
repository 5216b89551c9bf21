const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

// What a terminal draws over two columns: East Asian wide and full-width blocks (Unicode's EastAsianWidth.txt, rounded
// to whole blocks) and emoji.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|^\p{Extended_Pictographic}\ufe0f/u;
const invisible = /^[\p{Mark}\p{Format}\p{Control}]+$/u;

/** Columns that a terminal takes for `text`, which holds no control characters (see `printable`). */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

const graphemeWidth = (grapheme: string): number =>
  invisible.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1;

/** Cuts `text` to at most `width` columns, with `ellipsis` at the end where something is missing. */
export function truncate(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - ellipsis.length;
  if (room < 1) return ellipsis.slice(0, Math.max(0, width));
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept.trimEnd() + ellipsis;
}

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));

export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - displayWidth(text))) + text;

/** Data on one line and without control characters, so that a product's name can't move the cursor or set colours. */
export const printable = (text: string): string =>
  text.replace(/[\p{Control}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
