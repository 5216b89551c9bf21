/** Colours of a schema: of titles and lines, of its frame, and behind its tables. White on the accent has a contrast of 5 and more. */
export interface Palette {
  accent: string;
  frame: string;
  panel: string;
}

export const colours = {
  page: '#ffffff',
  table: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  rule: '#e6e9ed',
};

const palettes: Record<string, Palette> = {
  shop: { accent: '#1d5fbf', frame: '#bcd3f2', panel: '#f2f7fe' },
  curated: { accent: '#1a7340', frame: '#b5dcc4', panel: '#f1faf4' },
  live: { accent: '#a84a10', frame: '#f0cdb4', panel: '#fef6f0' },
};
const other: Palette = { accent: '#515c69', frame: '#d3d9e0', panel: '#f6f8fa' };

export const paletteOf = (schema: string): Palette => palettes[schema] ?? other;
