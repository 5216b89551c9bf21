import { expect, it } from 'vitest';
import { Redrawn } from '../../src/cli/redrawn.ts';
import { CapturedStream } from './captured-stream.ts';

const esc = '\u001b[';

it('draws in place of what was before, and gives the cursor back', () => {
  const stream = new CapturedStream({ isTTY: true, columns: 80 });
  const listeners = process.listenerCount('exit');
  const screen = new Redrawn(stream.asTerminal);
  screen.draw('one\ntwo');
  screen.draw('three');
  screen.draw('four');
  screen.close();
  expect(stream.written).toBe(`${esc}?25lone\ntwo\n${esc}2F${esc}0Jthree\n${esc}1F${esc}0Jfour\n${esc}?25h`);
  expect(process.listenerCount('exit')).toBe(listeners);
  expect(stream.listenerCount('resize')).toBe(0);
});

it('never scrolls: what is longer than the terminal is cut', () => {
  const stream = Object.assign(new CapturedStream({ isTTY: true, columns: 80 }), { rows: 4 });
  const screen = new Redrawn(stream.asTerminal);
  screen.draw('1\n2\n3\n4\n5\n6');
  screen.draw('x');
  screen.close();
  expect(stream.written).toBe(`${esc}?25l1\n2\n3\n${esc}3F${esc}0Jx\n${esc}?25h`);
});

it('clears the screen after a resize, where lines were broken anew', () => {
  const stream = new CapturedStream({ isTTY: true, columns: 80 });
  const screen = new Redrawn(stream.asTerminal);
  screen.draw('one');
  stream.emit('resize');
  screen.draw('two');
  screen.close();
  expect(stream.written).toBe(`${esc}?25lone\n${esc}2J${esc}Htwo\n${esc}?25h`);
});
