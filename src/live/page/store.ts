import type { LiveChange, LiveState } from '../state.ts';

/** As many as the server keeps. */
const mostRates = 390;

/** What the page knows. Each change says which parts are new: names of figures and keys of the state. */
export class Store {
  state: LiveState = {
    asOf: null,
    timezone: 'UTC',
    notices: [],
    figures: {},
    moves: [],
    rates: [],
    health: null,
  };

  replace(state: LiveState): Set<string> {
    this.state = state;
    return new Set([...Object.keys(state), ...Object.keys(state.figures)]);
  }

  merge({ figures = {}, rate, ...rest }: LiveChange): Set<string> {
    const changed = new Set([...Object.keys(rest), ...Object.keys(figures)]);
    this.state = { ...this.state, ...rest, figures: { ...this.state.figures, ...figures } };
    if (rate) {
      this.state.rates = [...this.state.rates.slice(1 - mostRates), rate];
      changed.add('rates');
    }
    return changed;
  }
}
