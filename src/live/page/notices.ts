import type { Notice } from '../state.ts';
import { byId, make } from './dom.ts';

const marks: Record<Notice['level'], string> = { trouble: 'Away', warning: 'Look here', hint: 'Note' };
const lost: Notice = {
  code: 'disconnected',
  level: 'trouble',
  message: 'the page has lost its server; it connects again by itself as soon as there is one',
  suggestion: 'shop-pipe live',
};

let shown = '';

/** What keeps the figures from being of this moment, each with a command that can be copied. */
export function showNotices(notices: readonly Notice[]): void {
  // Drawn anew only where something else is said: a focused button keeps its focus.
  const key = JSON.stringify(notices);
  if (key === shown) return;
  shown = key;
  byId('notices').replaceChildren(...notices.map(noticeOf));
}

export const showLost = (): void => showNotices([lost]);

function noticeOf({ code, level, message, suggestion }: Notice): HTMLElement {
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  return make(
    'div',
    { class: `notice ${level}`, 'data-code': code },
    make('strong', {}, marks[level]),
    make('p', {}, text),
    suggestion === null ? null : remedy(suggestion),
  );
}

function remedy(command: string): HTMLElement {
  const copy = make('button', { type: 'button', 'aria-label': `Copy: ${command}` }, 'Copy');
  copy.addEventListener('click', () => {
    void navigator.clipboard.writeText(command).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Select it'),
    );
  });
  return make('p', { class: 'remedy' }, make('code', {}, command), copy);
}
