import { describe, expect, it } from 'vitest';
import { LiveBlock } from '../../src/cli/live-block.ts';
import { silent } from '../../src/progress.ts';

/** What a terminal shows after what was written to it: only what the block makes use of. */
class Screen {
  readonly rows: number;
  #lines: string[] = [''];

  constructor(rows = 24) {
    this.rows = rows;
  }

  write(text: string): boolean {
    // oxlint-disable-next-line no-control-regex -- escape sequences are what it reads
    for (const part of text.split(/(\u001b\[\d*A|\u001b\[0J|\u001b\[\?7[lh]|\r|\n)/)) {
      const up = part.startsWith('\u001b[') && part.endsWith('A');
      if (up) this.#lines.length -= Number.parseInt(part.slice(2), 10);
      else if (part === '\n') this.#lines.push('');
      else if (part !== '' && part !== '\r' && !part.startsWith('\u001b'))
        this.#lines[this.#lines.length - 1] = part;
    }
    return true;
  }

  get shown(): string[] {
    return this.#lines.slice(0, -1);
  }
}

describe('a live block', () => {
  it('is drawn in place, with other lines above it, and goes away', () => {
    const screen = new Screen();
    screen.write('before\n');
    const block = new LiveBlock(screen);
    block.draw('one\ntwo');
    block.draw('one\ntwo\nthree');
    expect(screen.shown).toEqual(['before', 'one', 'two', 'three']);
    block.above(silent).warn('look');
    block.draw('one');
    expect(screen.shown).toEqual(['before', '! look', 'one']);
    block.clear();
    block.clear();
    expect(screen.shown).toEqual(['before', '! look']);
  });

  it('shows the first line and the last ones where it is higher than the terminal', () => {
    const screen = new Screen(4);
    new LiveBlock(screen).draw('one\ntwo\nthree\nfour\nfive');
    expect(screen.shown).toEqual(['one', 'four', 'five']);
  });

  it('leaves lines to the progress while nothing is drawn', () => {
    const screen = new Screen();
    const said: string[] = [];
    new LiveBlock(screen).above({ ...silent, note: (line) => said.push(line) }).note('look');
    expect([said, screen.shown]).toEqual([['look'], []]);
  });
});
