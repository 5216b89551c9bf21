import { findPython as lookForPython } from '../../scripts/machine.mjs';
import { environmentError } from '../errors.ts';

export interface Python {
  /** The interpreter itself, not a launcher or shim. */
  executable: string;
  /** e.g. `3.11.7`. */
  version: string;
}

/**
 * A Python 3.10-3.13 with venv and pip.
 *
 * @throws ShopPipeError `no_python` saying what was found instead.
 */
export function findPython(): Python {
  const found = lookForPython();
  if ('problem' in found) throw environmentError('no_python', found.problem, { suggestion: found.remedy });
  return found;
}
