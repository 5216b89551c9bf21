import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { environmentError } from '../../../errors.ts';
import type { LaunchCommand } from '../../service.ts';

/** A line of /etc/passwd. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root: as whom it runs.
 *
 * - `as_is`: this process is no root.
 * - `namespace`: a user namespace in which our root has the account's number; outside, processes and files stay root's.
 * - `account`: really as that account, which must be able to reach binaries and data (see folder.ts).
 */
export type RunAs = { mode: 'as_is' } | { mode: 'namespace' | 'account'; account: Account };

/** What the choice depends on; tests put a machine without namespaces here. */
export interface Machine {
  isRoot: boolean;
  /** Text of /etc/passwd. */
  passwd(): string;
  /** Whether `command` runs and ends with 0. */
  works(command: LaunchCommand): boolean;
}

export const thisMachine: Machine = {
  isRoot: process.getuid?.() === 0,
  passwd: () => readFileSync('/etc/passwd', 'utf8'),
  works: ({ file, args, cwd }) =>
    spawnSync(file, args, { stdio: 'ignore', ...(cwd === undefined ? {} : { cwd }) }).status === 0,
};

/** @throws ShopPipeError `root_refused` for a root account that can become nobody else. */
export function unprivileged(machine: Machine = thisMachine): RunAs {
  if (!machine.isRoot) return { mode: 'as_is' };
  const account = serverAccount(machine.passwd());
  if (account === null) throw refused('/etc/passwd has neither an account postgres nor nobody');
  for (const mode of ['namespace', 'account'] as const) {
    const runAs: RunAs = { mode, account };
    if (machine.works(commandAs(runAs, { file: 'true', args: [] }))) return runAs;
  }
  throw refused(`neither unshare (no user namespaces) nor setpriv could make it run as ${account.name}`);
}

/** `command` as it has to be launched; it must not depend on its working folder, which `runAs` may not reach. */
export function commandAs(runAs: RunAs, command: LaunchCommand): LaunchCommand {
  if (runAs.mode === 'as_is') return command;
  const { uid, gid } = runAs.account;
  const { file, args, ...rest } = command;
  const [wrapper, ...options] =
    runAs.mode === 'namespace'
      ? ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`]
      : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return { ...rest, file: wrapper as string, args: [...options, '--', file, ...args], cwd: '/' };
}

/** Owner of the server's files on disk; null where they are ours anyway. */
export function ownerOf(runAs: RunAs): Pick<Account, 'uid' | 'gid'> | null {
  if (runAs.mode === 'as_is') return null;
  return runAs.mode === 'namespace' ? { uid: 0, gid: 0 } : runAs.account;
}

/** An account with a name: initdb looks its own up, in a namespace too. */
function serverAccount(passwd: string): Account | null {
  const accounts = passwd.split('\n').map((line): Account => {
    const [name = '', , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  const named = (name: string): Account | undefined =>
    accounts.find((account) => account.name === name && account.uid > 0 && account.gid > 0);
  return named('postgres') ?? named('nobody') ?? null;
}

const refused = (why: string): Error =>
  environmentError('root_refused', `postgres refuses to run as root: ${why}`, {
    suggestion: 'run it as an ordinary user, or use a database that runs already: SHOP_PIPE_RUNTIME=external',
  });
