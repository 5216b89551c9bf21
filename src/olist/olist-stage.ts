import { createHash } from 'node:crypto';
import pg from 'pg';
import { dataError } from '../errors.ts';
import { copyIn } from './copy.ts';
import { readHeader } from './csv-header.ts';
import { refuseEndMark } from './end-mark.ts';
import { type CsvFile, type OlistFileName, stageTableOf } from './olist-files.ts';
import type { SeedContext, SeedSession } from './shop-source.ts';

/** A file as it stands in `seed_stage`: every column as text, and `record`, its number from 1 without the header. */
export interface StagedFile {
  name: OlistFileName;
  /** Column names of the staging table, in file order, quoted where SQL needs it. */
  columns: string[];
  sha256: string;
  records: number;
}

/** COPYs the files into `seed_stage` over two connections, the biggest first. */
export async function stageOlist(
  ctx: SeedContext,
  session: SeedSession,
  files: readonly CsvFile[],
): Promise<StagedFile[]> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const step = ctx.progress.step('reading Olist', { of: total, unit: 'bytes' });
  try {
    const queue = [...files].sort((a, b) => b.bytes - a.bytes);
    const staged: StagedFile[] = [];
    let done = 0;
    const onBytes = (n: number): void => step.advance((done += n));
    // The first failure ends the other connection's turn too.
    const work = async (client: pg.Client): Promise<void> => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        staged.push(await stageFile(client, file, onBytes, ctx.signal));
      }
    };
    const stop = (error: unknown): never => {
      queue.length = 0;
      throw error;
    };
    const second = await session.open('seed copy');
    const ended = await Promise.allSettled([work(session.client).catch(stop), work(second).catch(stop)]);
    for (const { status, reason } of ended as PromiseRejectedResult[])
      if (status === 'rejected') throw reason;
    await second.end();
    step.end(`${staged.reduce((sum, { records }) => sum + records, 0)} records`);
    return staged;
  } catch (error) {
    step.fail();
    throw error;
  }
}

async function stageFile(
  client: pg.Client,
  file: CsvFile,
  onBytes: (n: number) => void,
  signal: AbortSignal | undefined,
): Promise<StagedFile> {
  const { name } = file;
  const table = `seed_stage.${stageTableOf(name)}`;
  const { columns: header, rest } = await readHeader(name, file.read());
  const columns = columnNames(header).map((column) => pg.escapeIdentifier(column));
  const hash = createHash('sha256');
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of rest) {
      hash.update(chunk);
      yield chunk;
      onBytes(chunk.length);
    }
  }
  await client.query(
    `create unlogged table ${table} (
      record bigint generated always as identity,
      ${columns.map((column) => `${column} text`).join(', ')}
    )`,
  );
  try {
    const copy = `copy ${table} (${columns.join(', ')}) from stdin with (format csv, header, encoding 'utf8')`;
    const records = await copyIn(client, copy, refuseEndMark(name, counted()), signal);
    return { name, columns, sha256: hash.digest('hex'), records };
  } catch (error) {
    throw copyError(name, error);
  }
}

/** The file's own names where they can be column names, else `column_N`. */
function columnNames(header: readonly string[]): string[] {
  const taken = new Set(['record']);
  return header.map((name, index) => {
    const usable = name !== '' && Buffer.byteLength(name) <= 63 && !taken.has(name) && !name.includes('\0');
    const column = usable ? name : `column_${index + 1}`;
    taken.add(column);
    return column;
  });
}

/** What Postgres says about bytes that are no CSV of this header: 22P04 bad COPY format, 22021 not UTF-8, 54000 too long. */
function copyError(name: OlistFileName, error: unknown): unknown {
  const { code, message, where } = error as { code?: string; message?: string; where?: string };
  if (!code || !/^(22P04|22021|22P05|54000)$/.test(code)) return error;
  const line = /, line (\d+)/.exec(where ?? '')?.[1];
  return dataError('olist_bad_csv', `${name}${line ? `, line ${line}` : ''}: ${message}`, {
    suggestion: 'mend the file, or get the archive again: shop-pipe seed olist --download',
    cause: error,
  });
}
