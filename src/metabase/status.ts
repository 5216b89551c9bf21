import { environmentError } from '../errors.ts';
import { waitHealthy } from './health.ts';
import { logIn, readProperties } from './log-in.ts';
import type { Opened } from './open.ts';
import { type Item, plan } from './plan.ts';
import { type DashboardLink, linksTo } from './provision.ts';
import { readInstance } from './read.ts';
import { type CardTest, smokeTest } from './smoke.ts';

export interface MetabaseStatus {
  url: string;
  version: string;
  /** Whether everything is as declared. */
  as_declared: boolean;
  items: Item[];
  /** Of each card that is there. */
  tests: CardTest[];
  dashboards: DashboardLink[];
  obsolete: string[];
}

/**
 * What differs from what is declared, and how each card's query goes.
 *
 * @throws ShopPipeError `metabase_not_set_up` where nobody has set the instance up yet.
 */
export async function readMetabaseStatus({
  client,
  target,
  declared,
  home,
}: Opened): Promise<MetabaseStatus> {
  // Not waited for: how it is at this moment was asked.
  await waitHealthy(client, 0);
  const properties = await readProperties(client);
  if (!properties['has-user-setup'])
    throw environmentError('metabase_not_set_up', `Metabase at ${client.url} has no user yet`, {
      suggestion: 'shop-pipe metabase provision',
    });
  await logIn(client, target, { home, properties });
  const instance = await readInstance(client, declared);
  const items = plan(declared, instance);
  return {
    url: client.url,
    version: properties.version.tag,
    as_declared: items.every(({ action }) => action === 'none'),
    items,
    tests: await smokeTest(client, items),
    dashboards: linksTo(client.url, items),
    obsolete: instance.obsolete,
  };
}
