import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { readModel } from './catalogue.ts';
import { modelError, packageError } from './draw-error.ts';
import type { Model } from './model.ts';

export interface Picture {
  svg: string;
  png: Uint8Array;
  model: Model;
}

/**
 * Draws the tables of a database; the same tables give the same bytes, on any machine. `packages` is a file whose
 * packages the drawing's libraries are.
 *
 * @throws ShopPipeError `not_migrated`, `erd_packages_missing`
 */
export async function drawErd(target: PgTarget, packages: string): Promise<Picture> {
  const model = await withClient(target, readModel, { name: 'erd' });
  if (model.schemas.length === 0) throw modelError(target);
  try {
    const { placePage } = await import('./place-page.ts');
    const { legendSize } = await import('./svg-legend.ts');
    const { svgOf } = await import('./svg.ts');
    const { pngOf } = await import('./png.ts');
    const svg = svgOf(await placePage(model, legendSize));
    return { svg, png: await pngOf(svg, packages), model };
  } catch (error) {
    throw packageError(error);
  }
}
