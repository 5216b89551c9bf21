import type { LiveState } from '../state.ts';
import { byId, setText } from './dom.ts';
import { showLost, showNotices } from './notices.ts';

const texts = {
  connecting: 'Connecting',
  live: 'Live',
  still: 'Stands still',
  trouble: 'Database away',
  lost: 'Disconnected',
};

/** One word on how far the figures can be trusted, in the header; what to do is in the notices. */
export class StatusPill {
  heard({ asOf, notices }: LiveState): void {
    showNotices(notices);
    const levels = new Set(notices.map(({ level }) => level));
    if (levels.has('trouble')) this.#show('trouble');
    else if (asOf === null) this.#show('connecting');
    else this.#show(levels.has('warning') ? 'still' : 'live');
  }

  lost(): void {
    this.#show('lost');
    showLost();
  }

  #show(state: keyof typeof texts): void {
    byId('status').dataset['state'] = state;
    document.body.dataset['state'] = state;
    setText(byId('status-text'), texts[state]);
  }
}
