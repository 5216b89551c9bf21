const dark = matchMedia('(prefers-color-scheme: dark)');
let known = new Map<string, string>();

/** The value of a custom property of style.css, in the scheme that holds now. */
export function colour(name: string): string {
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  known.set(name, value);
  return value;
}

/** Calls when the viewer changes between light and dark. */
export function onScheme(redraw: () => void): void {
  dark.addEventListener('change', () => {
    known = new Map();
    redraw();
  });
}
