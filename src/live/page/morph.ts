/**
 * Makes what is in `root` equal to `fresh`, keeping the elements that are there: what is read, selected or focused stays so,
 * and only what differs is drawn.
 */
export function morph(root: Element, ...fresh: readonly Node[]): void {
  const old = [...root.childNodes];
  for (const [at, node] of fresh.entries()) {
    const there = old[at];
    if (there === undefined) root.append(node);
    else if (!adapt(there, node)) there.replaceWith(node);
  }
  for (const left of old.slice(fresh.length)) left.remove();
}

/** Whether `there` could be made equal to `fresh`. */
function adapt(there: Node, fresh: Node): boolean {
  if (there.nodeName !== fresh.nodeName) return false;
  if (there instanceof HTMLElement && fresh instanceof HTMLElement) {
    for (const name of there.getAttributeNames())
      if (name !== 'style' && !fresh.hasAttribute(name)) there.removeAttribute(name);
    for (const { name, value } of fresh.attributes)
      if (name !== 'style' && there.getAttribute(name) !== value) there.setAttribute(name, value);
    if (there.style.width !== fresh.style.width) there.style.width = fresh.style.width;
    morph(there, ...fresh.childNodes);
    return true;
  }
  if (there.textContent !== fresh.textContent) there.textContent = fresh.textContent;
  return true;
}
