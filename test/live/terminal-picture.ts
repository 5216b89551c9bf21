/** Text of a terminal as a page: of the codes only those that our output has (bold, dim, and the eight colours). */
export function terminalPage(text: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><pre>${spansOf(text)}</pre>`;
}

const style = `
  body { margin: 0; background: #11161d; }
  pre { margin: 0; padding: 22px 26px; width: fit-content; color: #d9e0e8; font: 14px/1.165 "DejaVu Sans Mono", Menlo, monospace; }
  .c1 { font-weight: 700; color: #fff; }
  .c2 { color: #8b97a6; }
  .c31 { color: #f0953c; }
  .c32 { color: #3cc19a; }
  .c33 { color: #e6b450; }
  .c36 { color: #56b4e9; }`;

function spansOf(text: string): string {
  let open: string[] = [];
  const [plain = '', ...parts] = text.split('\u001b[');
  const spans = parts.map((part) => {
    const end = part.indexOf('m');
    for (const code of part.slice(0, end).split(';')) {
      if (code === '0' || code === '') open = [];
      else if (code === '22') open = open.filter((one) => !['c1', 'c2'].includes(one));
      else if (code === '39') open = open.filter((one) => !/^c3\d$/.test(one));
      else open.push(`c${code}`);
    }
    const rest = escaped(part.slice(end + 1));
    return open.length > 0 && rest !== '' ? `<span class="${open.join(' ')}">${rest}</span>` : rest;
  });
  return [escaped(plain), ...spans].join('');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
