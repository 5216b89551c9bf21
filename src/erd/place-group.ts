import type { ELK as Elk, ElkNode } from 'elkjs/lib/elk-api.js';
import { heightOf, rowMiddle, type Size } from './measures.ts';
import type { Reference, Relation } from './model.ts';

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point, Size {
  relation: Relation;
}

/** A reference as it is drawn, from the table referred to, to the one that refers. */
export interface Line {
  reference: Reference;
  points: Point[];
}

export interface Drawing extends Size {
  boxes: Box[];
  lines: Line[];
}

/** Room for both ends' marks and the lines between them. */
export const layerGap = 56;

/**
 * Places tables that hang together: who is referred to is left of who refers, and lines go from row to row in right
 * angles.
 */
export async function placeGroup(
  elk: Elk,
  relations: readonly Relation[],
  references: readonly Reference[],
  width: number,
): Promise<Drawing> {
  const edges = references.map(({ from, columns, to, keys }, index) => ({
    id: String(index),
    sources: [`${to} ${keys[0]} out`],
    targets: [`${from} ${columns[0]} in`],
  }));
  const used = new Set(edges.flatMap(({ sources, targets }) => [...sources, ...targets]));
  const graph: ElkNode = {
    id: 'group',
    layoutOptions,
    edges,
    children: relations.map((relation) => ({
      id: relation.id,
      width,
      height: heightOf(relation),
      layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
      ports: portsOf(relation, width).filter(({ id }) => used.has(id)),
    })),
  };
  const placed = await elk.layout(graph);
  const boxes = relations.flatMap((relation): Box[] => {
    const node = placed.children?.find(({ id }) => id === relation.id);
    return node === undefined ? [] : [{ relation, ...at(node), width, height: heightOf(relation) }];
  });
  const lines = (placed.edges ?? []).flatMap(({ id, sections: [section] = [] }): Line[] => {
    const reference = references[Number(id)];
    if (section === undefined || reference === undefined) return [];
    const { startPoint, bendPoints = [], endPoint } = section;
    return [{ reference, points: [startPoint, ...bendPoints, endPoint].map(at) }];
  });
  return { width: Math.ceil(placed.width ?? 0), height: Math.ceil(placed.height ?? 0), boxes, lines };
}

/** Half pixels: lines one pixel wide are sharp, and the text of the picture is short. */
const at = ({ x = 0, y = 0 }: { x?: number; y?: number }): Point => ({
  x: Math.round(2 * x) / 2,
  y: Math.round(2 * y) / 2,
});

const portsOf = (relation: Relation, width: number): { id: string; x: number; y: number }[] =>
  relation.columns.flatMap(({ name }) => {
    const y = rowMiddle(relation, name);
    return [
      { id: `${relation.id} ${name} in`, x: 0, y },
      { id: `${relation.id} ${name} out`, x: width, y },
    ];
  });

const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeEdge': '8',
  'elk.spacing.edgeNode': '18',
  'elk.layered.spacing.nodeNodeBetweenLayers': String(layerGap),
  'elk.layered.spacing.edgeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.layered.thoroughness': '30',
  'elk.randomSeed': '1',
};
