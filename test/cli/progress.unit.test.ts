import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, type ProgressView, seconds } from '../../src/cli/progress.ts';
import { rememberSecrets } from '../../src/config/secrets.ts';
import { CapturedStream } from './captured-stream.ts';

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';

function views(options: { isTTY: boolean; unicode?: boolean }): {
  progress: ProgressView;
  lines: string[];
  stream: CapturedStream;
} {
  const stream = new CapturedStream({ isTTY: options.isTTY, columns: 120 });
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
    if (options.isTTY) stream.write(`${line}\n`);
  };
  return { progress: createProgress(stream.asTerminal, write, options.unicode ?? true), lines, stream };
}

it.each([
  [0, '0.0 s'],
  [1_234, '1.2 s'],
  [9_949, '9.9 s'],
  [9_951, '10 s'],
  [61_000, '61 s'],
])('%i ms are %s', (ms, text) => {
  expect(seconds(ms)).toBe(text);
});

describe('without a terminal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a step is one line at its end', () => {
    const { progress, lines } = views({ isTTY: false });
    const step = progress.step('loading', { of: 200, unit: 'rows' });
    step.advance(100, 'orders');
    step.end('200 rows');
    progress.step('keys').end();
    progress.step('checks').fail('two failed');
    progress.close();
    expect(lines).toEqual(['✓ loading: 200 rows (0.0 s)', '✓ keys (0.0 s)', '✗ checks: two failed (0.0 s)']);
  });

  it('one that lasts says every five seconds how far it is', () => {
    const { progress, lines } = views({ isTTY: false });
    const step = progress.step('loading', { of: 300, unit: 'rows' });
    vi.advanceTimersByTime(4_999);
    expect(lines).toEqual([]);
    step.advance(100, 'orders');
    vi.advanceTimersByTime(1);
    step.advance(200);
    vi.advanceTimersByTime(5_000);
    step.end();
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual(['  loading 33 % orders (5.0 s)', '  loading 66 % (10 s)', '✓ loading (10 s)']);
  });

  it('notes and warnings are lines of their own, in ASCII where asked to', () => {
    const { progress, lines, stream } = views({ isTTY: false, unicode: false });
    progress.note('made role shop_owner');
    progress.warn('SHOP_TIMEZONE changed');
    progress.step('ok').end();
    progress.step('bad').fail();
    expect(lines).toEqual([
      '  made role shop_owner',
      '! SHOP_TIMEZONE changed',
      'ok ok (0.0 s)',
      'failed bad (0.0 s)',
    ]);
    expect(stream.written).toBe('');
  });

  it('nothing keeps the process alive', () => {
    vi.useRealTimers();
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const step = views({ isTTY: false }).progress.step('for ever');
    // An unref'ed timer is no active resource.
    expect(timers()).toBe(before);
    step.end();
  });
});

describe('on a terminal', () => {
  beforeEach(() => {
    vi.stubEnv('TERM', 'xterm');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('a dumb one gets plain lines', () => {
    vi.stubEnv('TERM', 'dumb');
    const { progress, stream } = views({ isTTY: true });
    progress.step('loading').end();
    progress.close();
    expect(stream.written).toBe('✓ loading (0.0 s)\n');
  });

  it('a step shorter than it takes to load the bars never shows one', () => {
    const { progress, stream } = views({ isTTY: true });
    progress.step('loading').end('3 rows');
    progress.close();
    expect(stream.written).toBe('✓ loading: 3 rows (0.0 s)\n');
  });

  it('a bar shows label, figures, unit and note, and gives way to its summary', async () => {
    const { progress, stream } = views({ isTTY: true });
    const step = progress.step('loading', { of: 2_000, unit: 'rows' });
    step.advance(1_000, 'orders');
    await expect.poll(() => stream.written).toMatch(/loading █{12}░{12} 1,000\/2,000 rows orders \(/);
    expect(stream.written).toContain(hideCursor);
    step.end('2,000 rows');
    progress.close();
    expect(stream.written).toMatch(/✓ loading: 2,000 rows \(\d\.\d s\)\n/);
  });

  it('a step without a known end has no bar, and ASCII ones are ASCII', async () => {
    const { progress, stream } = views({ isTTY: true, unicode: false });
    const open = progress.step('ETL');
    open.advance(0, 'starting Spark');
    const sized = progress.step('copying', { of: 4, unit: 'days' });
    sized.advance(4);
    await expect.poll(() => stream.written).toMatch(/ETL starting Spark \(\d\.\d s\)/);
    await expect.poll(() => stream.written).toMatch(/copying ={24} 4\/4 days \(/);
    expect(stream.written).not.toMatch(/\P{ASCII}/u);
    open.end();
    sized.end();
    progress.close();
  });

  it('more than was announced does not break the bar', async () => {
    const { progress, stream } = views({ isTTY: true });
    const step = progress.step('loading', { of: 10, unit: 'rows' });
    step.advance(25);
    await expect.poll(() => stream.written).toMatch(/loading █{24} 25\/10 rows/);
    step.end();
    progress.close();
  });

  it('close loses no line and leaves the terminal as it was', async () => {
    const { progress, stream } = views({ isTTY: true });
    const one = progress.step('first');
    const two = progress.step('second');
    await expect.poll(() => stream.written).toMatch(/second/);
    progress.note('a note');
    one.end('done');
    progress.warn('a warning');
    two.fail();
    progress.note('the last note');
    progress.close();
    const { written } = stream;
    const order = ['  a note\n', '✓ first: done', '! a warning\n', '✗ second', '  the last note\n'];
    expect(order.map((line) => written.split(line).length - 1)).toEqual([1, 1, 1, 1, 1]);
    expect(order.map((line) => written.indexOf(line))).toEqual(
      order.map((line) => written.indexOf(line)).sort((a, b) => a - b),
    );
    expect(written.lastIndexOf(showCursor)).toBeGreaterThan(written.lastIndexOf(hideCursor));
    // Line wrapping, which bars switch off, is on again.
    expect(written.lastIndexOf('\x1b[?7h')).toBeGreaterThan(written.lastIndexOf('\x1b[?7l'));
    progress.close();
    expect(stream.written).toBe(written);
  });

  it('close in the middle of a step (an error, Ctrl-C) takes the bar away', async () => {
    const { progress, stream } = views({ isTTY: true });
    const listeners = process.listenerCount('exit');
    const step = progress.step('loading', { of: 10, unit: 'rows' });
    await expect.poll(() => stream.written).toContain('loading');
    // A second Ctrl-C ends the process at once: then the exit does what close would have done.
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    progress.close();
    expect(process.listenerCount('exit')).toBe(listeners);
    const { written } = stream;
    expect(written.lastIndexOf(showCursor)).toBeGreaterThan(written.lastIndexOf(hideCursor));
    expect(written.endsWith('\x1b[0J')).toBe(true);
    step.end('after all');
    expect(stream.written.slice(written.length)).toMatch(/^✓ loading: after all \(\d\.\d s\)\n$/);
  });

  it('shows no secret', async () => {
    rememberSecrets(['hush-hush-hush']);
    const { progress, stream } = views({ isTTY: true });
    const step = progress.step('with hush-hush-hush');
    step.advance(0, 'log says hush-hush-hush');
    await expect.poll(() => stream.written).toContain('log says ***');
    progress.note('hush-hush-hush');
    step.end('hush-hush-hush');
    progress.close();
    expect(stream.written).not.toContain('hush-hush-hush');
  });
});
