import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Twice the size of the SVG: sharp on a screen of high density. */
const zoom = 2;

/**
 * Draws the SVG with the font that the package brings and no other, by WebAssembly: the same bytes on every machine.
 * `from` is a file whose packages these are.
 */
export async function pngOf(svg: string, from: string): Promise<Uint8Array> {
  const { resolve } = createRequire(from);
  const bytes = (file: string): Buffer => readFileSync(resolve(file));
  const { Resvg, initWasm } = await import('@resvg/resvg-wasm');
  await (ready ??= initWasm(bytes('@resvg/resvg-wasm/index_bg.wasm')));
  const family = 'JetBrains Mono';
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      fontBuffers: [400, 700].map((weight) =>
        bytes(`@fontsource/jetbrains-mono/files/jetbrains-mono-latin-${weight}-normal.woff2`),
      ),
      defaultFontFamily: family,
      monospaceFamily: family,
    },
  });
  const image = drawing.render();
  const png = image.asPng();
  image.free();
  drawing.free();
  return png;
}

/** The module can be initialised once per process. */
let ready: Promise<void> | undefined;
