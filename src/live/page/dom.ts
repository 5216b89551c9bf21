/** The element that index.html has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element;
}

type Child = Node | string | null;

/** An element with what is in it; text stays text, whatever is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Writes only what is new, so that a reader is not told the same again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** For those who hear the page only. */
export const hidden = (text: string): HTMLElement => make('span', { class: 'hidden' }, text);

/** A bar as long as a share of the longest; the figure is beside it, so it says nothing to a screen reader. */
export function bar(share: number, kind = ''): HTMLElement {
  const fill = make('span', { class: `fill ${kind}` });
  // Not an attribute, which the content security policy would refuse.
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return make('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
}

export const empty = (text: string): HTMLElement => make('p', { class: 'empty' }, text);
