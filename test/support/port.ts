import { freePort } from '../../src/config/free-port.ts';

/**
 * A free port of the 2,000 from `first` on. Below 32,768: ports that connections go out from begin there, and one of
 * them may be in use by the time that a server binds it.
 */
export const testPort = (first: number): Promise<number> =>
  freePort(first + Math.floor(Math.random() * 2_000));
