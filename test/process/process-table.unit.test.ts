import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { identify, type ProcessId, readStat, stopGroup } from '../../src/process/process-table.ts';

const parents: ChildProcess[] = [];
afterEach(() => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
});

/** A group of two whose parent is stopped, so that nobody reaps them: its leader and its other member. */
async function orphans(member: string): Promise<[ProcessId, ProcessId]> {
  const script = `set -m; sleep 300 | ${member} & jobs -p; ps -o pid= --ppid $$; kill -STOP $$`;
  const parent = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  parents.push(parent);
  const lines: number[] = [];
  for await (const line of createInterface({ input: parent.stdout })) {
    lines.push(Number(line));
    const [group = 0, ...children] = lines;
    const other = children.find((pid) => pid !== group && readStat(pid)?.group === group);
    const [first, second] = [identify(group), other === undefined ? null : identify(other)];
    if (first && second) return [first, second];
  }
  throw new Error('the group did not start');
}

test('a group of zombies has ended', async () => {
  const [leader, member] = await orphans('sleep 300');
  const started = performance.now();
  expect(await stopGroup(leader, 'SIGTERM', 20_000)).toBe(true);
  expect(performance.now() - started).toBeLessThan(10_000);
  for (const { pid } of [leader, member]) expect(readStat(pid)?.state).toBe('Z');
  expect(await stopGroup(leader, 'SIGTERM', 20_000)).toBe(false);
});

test('who survives the leader is killed after the grace', async () => {
  const [leader, member] = await orphans('bash -c \'trap "" TERM; while :; do sleep 1; done\'');
  // It has to have set its trap.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await stopGroup(leader, 'SIGTERM', 1_000)).toBe(true);
  expect(identify(member.pid)).toBeNull();
});
