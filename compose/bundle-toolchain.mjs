// In the image's build stage: src/toolchain/image.ts as one file. It changes with src/toolchain alone, so that the layers
// of PySpark and Airflow stay in the cache whatever else in src does.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/toolchain/image.ts'],
  outfile: '/toolchain.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
});
