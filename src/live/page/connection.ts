import type { LiveChange, LiveState } from '../state.ts';

/** The server says something every second, or while a database hangs every few: silence for longer is a dead connection. */
const silenceMs = 15_000;
const againMs = 1_000;

interface Listener {
  onState: (state: LiveState) => void;
  onChange: (change: LiveChange) => void;
  onLost: () => void;
}

/** Listens for ever: a browser reconnects by itself after a network error, for anything else it is done here. */
export function listen({ onState, onChange, onLost }: Listener): void {
  let heardAt = performance.now();
  let source = open();

  function open(): EventSource {
    const events = new EventSource('/events');
    events.addEventListener('state', ({ data }: MessageEvent<string>) => {
      heardAt = performance.now();
      onState(JSON.parse(data) as LiveState);
    });
    events.addEventListener('change', ({ data }: MessageEvent<string>) => {
      heardAt = performance.now();
      onChange(JSON.parse(data) as LiveChange);
    });
    events.addEventListener('error', () => {
      onLost();
      if (events.readyState === EventSource.CLOSED) setTimeout(again, againMs);
    });
    return events;
  }

  function again(): void {
    source.close();
    heardAt = performance.now();
    source = open();
  }

  setInterval(() => {
    if (performance.now() - heardAt < silenceMs) return;
    onLost();
    again();
  }, 5_000);
}
