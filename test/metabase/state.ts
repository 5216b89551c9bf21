import { randomBytes } from 'node:crypto';

type Json = Record<string, unknown>;

/** What the stand-in keeps of one thing: the fields that Metabase would answer with. */
export type Stored = Json & { id: number };

/** Things by id, with ids given out one after the other, never twice. */
export class Things {
  readonly all = new Map<number, Stored>();
  #last = 0;

  add(fields: Json): Stored {
    const thing = {
      ...fields,
      id: ++this.#last,
      entity_id: randomBytes(16).toString('base64url').slice(0, 21),
    };
    this.all.set(thing.id, thing);
    return thing;
  }

  get(id: unknown): Stored | undefined {
    return this.all.get(Number(id));
  }

  list(): Stored[] {
    return [...this.all.values()];
  }
}
