import { findJdk as lookForJdk } from '../../scripts/machine.mjs';
import { environmentError } from '../errors.ts';

export interface Jdk {
  /** JAVA_HOME. */
  home: string;
  major: number;
  /** What `java -version` says of itself, e.g. `17.0.15`. */
  version: string;
}

/**
 * The JDK for Spark.
 *
 * @throws ShopPipeError `no_jdk` where there is none with javac of a supported version.
 */
export function findJdk(env: NodeJS.ProcessEnv = process.env): Jdk {
  const found = lookForJdk(env);
  if ('problem' in found) throw environmentError('no_jdk', found.problem, { suggestion: found.remedy });
  return found;
}
