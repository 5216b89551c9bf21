/**
 * The instant that the n-th message of a run (from 0) stands for when a run is given its start time: as though the rate
 * had been held exactly, whatever the wall clock did. Milliseconds since 1970.
 */
export const simulatedTime = (startTime: number, rate: number, n: number): number =>
  startTime + Math.floor((n * 1000) / rate);
