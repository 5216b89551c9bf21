import { usageError } from '../errors.ts';

/**
 * `names` (of services, or of groups of them) and everything they need, each after what it needs; no name means all.
 *
 * @throws ShopPipeError `unknown_service`.
 */
export function inNeedOrder<S extends { name: string; needs: readonly string[]; group?: string }>(
  services: readonly S[],
  names: readonly string[],
): S[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered = new Set<S>();
  const groups = new Set(services.flatMap(({ group }) => group ?? []));
  const visit = (name: string): void => {
    if (groups.has(name) && !byName.has(name)) {
      for (const service of services) if (service.group === name) visit(service.name);
      return;
    }
    const service = byName.get(name);
    if (!service)
      throw usageError(
        'unknown_service',
        `there is no service ${name}`,
        `one of: ${[...byName.keys(), ...groups].join(', ')}`,
      );
    if (ordered.has(service)) return;
    for (const need of service.needs) visit(need);
    ordered.add(service);
  };
  for (const name of names.length > 0 ? names : byName.keys()) visit(name);
  return [...ordered];
}
