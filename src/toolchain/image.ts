// Fills an image, a layer each: `node toolchain.mjs pyspark|airflow ASSETS`, `node toolchain.mjs jobs ASSETS FILE`.
// compose/Dockerfile runs it with a cache folder that becomes part of the image; the locks are those of the native runtime.
import { silent } from '../progress.ts';
import { ensureAirflow } from './airflow.ts';
import { writePrebuilt } from './prebuilt.ts';
import { ensurePySpark } from './pyspark.ts';
import { findPython } from './python.ts';
import { ensureSpark, ensureStream } from './spark.ts';

const [what, assets = '.', file = ''] = process.argv.slice(2);
const { signal } = new AbortController();
switch (what) {
  case 'pyspark':
    await ensurePySpark(assets, findPython());
    break;
  case 'airflow':
    await ensureAirflow(assets, findPython());
    break;
  case 'jobs': {
    // 150 MB are too much for an image.
    const batch = await ensureSpark(assets, silent, signal, 'never');
    writePrebuilt(file, { batch, stream: await ensureStream(assets, silent, signal, 'never') });
    break;
  }
  default:
    throw new Error(`pyspark, airflow or jobs, not ${what}`);
}
