import { once } from 'node:events';
import type { Context } from '../cli/context.ts';
import type { Column, Value } from '../sql/portal.ts';
import { countText, csvLines, resultTable } from '../sql/result-text.ts';
import type { Sink, StatementDone } from '../sql/run.ts';

/** A table per result as soon as it is there, or what the statement did. */
export function tableSink({ output }: Context): Sink {
  let rows: Value[][] = [];
  return {
    page: (_, page) => {
      for (const row of page) rows.push([...row]);
    },
    done: (statement) => {
      const { columns, tag } = statement;
      output.line(null, columns === null ? (tag ?? '') : `${resultTable(columns, rows, statement)}\n`);
      rows = [];
    },
  };
}

/** Page by page, as fast as the reader takes them; an empty line between results. What is no row goes to stderr. */
export function csvSink({ output, progress }: Context): Sink {
  let results = 0;
  let headed = false;
  const write = async (text: string): Promise<void> => {
    output.raw(Buffer.from(text));
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  };
  return {
    page: async (columns: readonly Column[], rows) => {
      if (!headed) {
        await write(`${results > 0 ? '\r\n' : ''}${csvLines([columns.map(({ name }) => name)])}`);
        headed = true;
        results += 1;
      }
      if (rows.length > 0) await write(csvLines(rows));
    },
    done: (statement: StatementDone) => {
      headed = false;
      if (statement.columns === null) progress.note(statement.tag ?? '');
      else if (statement.truncated) progress.note(countText(statement));
    },
  };
}
