import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { purgeFolder } from './postgres/folder.ts';
import { type NativeContext, stackLock } from './stack-lock.ts';
import { Supervisor } from './supervisor.ts';

/** Stops whatever was started below `home`; needs no settings, so it works when `.env` is wrong or gone. */
export async function nativeDown(context: NativeContext, options: { purge: boolean }): Promise<string[]> {
  const { home, progress, signal } = context;
  if (!existsSync(home)) return [];
  return stackLock(context, async () => {
    const stopped = await new Supervisor(home, progress, signal).stopAll();
    if (options.purge) {
      purgeFolder(home);
      for (const part of ['kafka', 'airflow', 'metabase', 'logs', 'runtime.json', 'run/stream.state'])
        rmSync(join(home, part), { recursive: true, force: true });
    }
    return stopped;
  });
}
