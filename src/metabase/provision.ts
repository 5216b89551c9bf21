import { apply } from './apply.ts';
import { dashboards, dashboardUrl } from './dashboards.ts';
import { waitHealthy } from './health.ts';
import { logIn, readProperties } from './log-in.ts';
import type { Opened } from './open.ts';
import { type Item, plan } from './plan.ts';
import { emptyInstance, type Instance, readInstance } from './read.ts';
import { setUp } from './set-up.ts';
import { type CardTest, smokeTest } from './smoke.ts';

export interface DashboardLink {
  name: string;
  id: number;
  url: string;
}

export interface Provisioned {
  url: string;
  version: string;
  dry_run: boolean;
  /** Whether this call made the first user. */
  set_up: boolean;
  /** Everything that is declared, with what was (or would be) done to it. */
  items: Item[];
  /** Empty where nothing had changed: then nothing is asked that a Metabase would have to compute. */
  tests: CardTest[];
  dashboards: DashboardLink[];
  /** Cards and dashboards of ours that nothing declares any more; they are left. */
  obsolete: string[];
}

export interface ProvisionOptions {
  dryRun: boolean;
  /** How long a Metabase that is starting is waited for. */
  patienceMs?: number;
}

/** Makes an instance have all that is declared, or says what that would change. */
export async function provision(
  { client, target, declared, home }: Opened,
  { dryRun, patienceMs = 300_000 }: ProvisionOptions,
): Promise<Provisioned> {
  await waitHealthy(client, patienceMs);
  const properties = await readProperties(client);
  const before = { home, properties };
  const isNew = !properties['has-user-setup'];
  let instance: Instance = emptyInstance;
  let wasSetUp = false;
  if (!isNew || !dryRun) {
    if (isNew) wasSetUp = await setUp(client, target, before);
    if (!wasSetUp || target.apiKey !== '') await logIn(client, target, before);
    instance = await readInstance(client, declared);
  }
  const planned = plan(declared, instance);
  const result = {
    url: client.url,
    version: properties.version.tag,
    dry_run: dryRun,
    obsolete: instance.obsolete,
  };
  if (dryRun)
    return { ...result, set_up: false, items: planned, tests: [], dashboards: linksTo(client.url, planned) };
  const items = await apply(client, declared, instance, planned);
  const tests = isToBeTested(planned, instance) ? await smokeTest(client, items) : [];
  return { ...result, set_up: wasSetUp, items, tests, dashboards: linksTo(client.url, items) };
}

/** A card has no columns until its query went through once: one that failed at its making is asked again. */
function isToBeTested(planned: readonly Item[], { cards }: Instance): boolean {
  const untested = [...cards.values()].some(
    ({ result_metadata: columns }) => columns === null || columns.length === 0,
  );
  return untested || planned.some(({ action }) => action !== 'none');
}

export const linksTo = (url: string, items: readonly Item[]): DashboardLink[] =>
  dashboards.flatMap((dashboard) => {
    const id = items.find(({ kind, key }) => kind === 'dashboard' && key === dashboard.key)?.id ?? null;
    return id === null ? [] : [{ name: dashboard.name, id, url: dashboardUrl(url, id, dashboard) }];
  });
