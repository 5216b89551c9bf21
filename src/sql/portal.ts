import type pg from 'pg';

export interface Column {
  name: string;
  /** Of the type in pg_type. */
  typeId: number;
}

/** As Postgres prints it: nothing is rounded on the way. */
export type Value = string | null;

/**
 * One statement whose rows come page by page, by the extended protocol's row limit: a big result needs the memory of a
 * page, and the server stops where nobody wants more. A cursor of its own would need a transaction; this needs none. Give
 * it to `client.query`, then take pages until there is none.
 */
export class Portal implements pg.Submittable {
  columns: Column[] | null = null;
  /** What Postgres says of a statement that came to its end, e.g. `INSERT 0 3`. */
  tag: string | null = null;
  readonly #text: string;
  readonly #pageRows: number;
  #connection: pg.Connection | undefined;
  #rows: Value[][] = [];
  #count = 0;
  #turn = turn();
  #suspended = false;
  #synced = false;

  constructor(text: string, pageRows: number) {
    this.#text = text;
    this.#pageRows = pageRows;
  }

  /** The next rows, at most as many as a page has; null at the end. */
  async page(): Promise<Value[][] | null> {
    if (this.#suspended) {
      this.#suspended = false;
      this.#turn = turn();
      this.#execute();
    }
    await this.#turn.ended;
    const rows = this.#rows;
    this.#rows = [];
    return rows.length > 0 || this.#suspended ? rows : null;
  }

  /** Ends it where rows are left. */
  async stop(): Promise<void> {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#turn = turn();
    this.#sync();
    await this.#turn.ended;
  }

  /** pg calls it when the statement's turn has come, which may be after the first page was asked for. */
  submit(connection: pg.Connection): void {
    this.#connection = connection;
    connection.parse({ name: '', text: this.#text, types: [] }, true);
    connection.bind({ portal: '', statement: '', values: [] } as unknown as pg.BindConfig, true);
    connection.describe({ type: 'P', name: '' }, true);
    this.#execute();
  }

  #execute(): void {
    this.#connection?.execute({ portal: '', rows: this.#pageRows } as unknown as pg.ExecuteConfig, true);
    this.#connection?.flush();
  }

  #sync(): void {
    if (!this.#synced && this.#connection?.stream.writable) this.#connection.sync();
    this.#synced = true;
  }

  // What pg calls while this is its active query.
  handleRowDescription(message: { fields: { name: string; dataTypeID: number }[] }): void {
    this.columns = message.fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID }));
  }

  handleDataRow(message: { fields: Value[] }): void {
    this.#count += 1;
    this.#rows.push(message.fields);
  }

  handlePortalSuspended(): void {
    this.#suspended = true;
    this.#turn.end();
  }

  handleCommandComplete(message: { text: string }): void {
    // Of a query it counts the last page only.
    this.tag = this.columns ? message.text.replace(/^SELECT \d+$/, `SELECT ${this.#count}`) : message.text;
    this.#sync();
  }

  handleEmptyQuery(): void {
    this.#sync();
  }

  handleReadyForQuery(): void {
    this.#turn.end();
  }

  handleError(error: unknown): void {
    this.#sync();
    this.#turn.fail(error);
  }
}

interface Turn {
  ended: Promise<void>;
  end(): void;
  fail(error: unknown): void;
}

function turn(): Turn {
  let [end, fail]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const ended = new Promise<void>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  // It may fail while the rows before are still being written: whoever asks next is told.
  ended.catch(() => undefined);
  return { ended, end, fail };
}
