import { spawnSync } from 'node:child_process';
import { environmentError } from '../../../errors.ts';
import type { LaunchCommand } from '../../service.ts';

/** Postgres refuses to run as root: how a command is run so that it does not see itself as root. */
export type Unprivileged = (command: LaunchCommand) => LaunchCommand;

const asIs: Unprivileged = (command) => command;

/** A user namespace in which our root is user 1000: no other account, and folders below a 0700 home stay readable. */
const inNamespace: Unprivileged = ({ file, args, ...rest }) => ({
  ...rest,
  file: 'unshare',
  args: ['--user', '--map-user=1000', '--map-group=1000', '--', file, ...args],
});

/** @throws ShopPipeError `root_refused` for a root account on a machine without user namespaces. */
export function unprivileged(): Unprivileged {
  if (process.getuid?.() !== 0) return asIs;
  const { file, args } = inNamespace({ file: 'true', args: [] });
  if (spawnSync(file, args, { stdio: 'ignore' }).status === 0) return inNamespace;
  throw environmentError(
    'root_refused',
    'postgres refuses to run as root, and this machine has no user namespaces to hide that in',
    {
      suggestion:
        'run it as an ordinary user, or use a database that runs already: SHOP_PIPE_RUNTIME=external',
    },
  );
}
