import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { environmentError } from '../errors.ts';
import { type Environment, type Variable, type VariableName, variables } from './schema.ts';
import { rememberSecrets } from './secrets.ts';

/**
 * The `.env` file as it stands, or null where there is none.
 *
 * @throws ShopPipeError `env_file_unreadable`
 */
export function readEnvFile(path: string): Record<string, string> | null {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    // The others are told well as they are.
    if (code !== 'EISDIR') throw error;
    throw environmentError('env_file_unreadable', `cannot read ${path} (${code})`, {
      suggestion: 'make it a file that you can read, or name another one with --env-file',
      cause: error,
    });
  }
}

/** One variable before validation: environment, then `.env`, then its default. */
export function rawValue(
  name: VariableName,
  env: NodeJS.ProcessEnv,
  file: Record<string, string> | null,
): string | undefined {
  const declared: Variable | undefined = variables.find((v) => v.name === name);
  // An empty value is as good as none: `.env.example` leaves secrets empty, CI systems export empty variables.
  return (
    [env[name], file?.[name], declared?.default].find((value) => value !== undefined && value !== '') ??
    (declared?.default === '' ? '' : undefined)
  );
}

/**
 * The validated environment. Remembers the secrets for redaction.
 *
 * @throws ShopPipeError `not_initialised` where there is no `.env` and a secret is missing, `bad_configuration` naming
 * each wrong variable otherwise; values of secrets are never in the message.
 */
export function loadEnvironment(envFile: string, env: NodeJS.ProcessEnv): Environment {
  const file = readEnvFile(envFile);
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  const missing: string[] = [];
  for (const variable of variables) {
    const raw = rawValue(variable.name, env, file);
    if (raw === undefined) {
      missing.push(variable.name);
      continue;
    }
    if ('secret' in variable) rememberSecrets([raw]);
    const parsed = variable.schema.safeParse(raw);
    if (parsed.success) values[variable.name] = parsed.data;
    else problems.push(`${variable.name} ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
  }
  if (missing.length > 0 && file === null) {
    throw environmentError('not_initialised', `no ${envFile} yet`, { suggestion: 'shop-pipe init' });
  }
  if (missing.length > 0) problems.push(`${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set`);
  if (problems.length > 0) {
    throw environmentError(
      'bad_configuration',
      `bad configuration in ${envFile} or the environment: ${problems.join('; ')}`,
      {
        suggestion:
          missing.length > 0
            ? 'shop-pipe init (fills in what is missing)'
            : 'mend the value; docs/configuration.md lists what each may be',
      },
    );
  }
  return values as Environment;
}
