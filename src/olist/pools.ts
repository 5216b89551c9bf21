import { faker } from '@faker-js/faker/locale/pt_BR';

/**
 * Entries for made-up names, from Faker's pt_BR definitions in their own order: an entry is picked by an id's digits, so
 * that one id has one name for ever. Import this module lazily, where rows are made: loading Faker takes a while
 * (17 ms for this locale alone, 190 ms for the whole package).
 */
const { person, commerce } = faker.rawDefinitions;

export const firstNames: readonly string[] = pool('first names', [
  ...(person?.first_name?.female ?? []),
  ...(person?.first_name?.male ?? []),
  ...(person?.first_name?.generic ?? []),
]);
export const lastNames: readonly string[] = pool('last names', person?.last_name?.generic);
export const productAdjectives: readonly string[] = pool('adjectives', commerce?.product_name?.adjective);
export const productMaterials: readonly string[] = pool('materials', commerce?.product_name?.material);
export const productNouns: readonly string[] = pool('nouns', commerce?.product_name?.product);

/** An entry as part of an e-mail address: ASCII letters and digits, dots between words (`Célia` is `celia`). */
export const slugOf = (entry: string): string =>
  entry
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.|\.$/g, '');

function pool(what: string, entries: readonly string[] | undefined): readonly string[] {
  const distinct = [...new Set(entries)];
  if (distinct.length === 0) throw new Error(`faker's pt_BR locale has no ${what}`);
  return distinct;
}
