import { z } from 'zod';
import { contract } from './contract.ts';

/** `report` alone prints the catalogue; with a question, the figures that most readers want. */
const fileNames: Record<string, string> = { 'report <question>': 'report', report: 'report-catalogue' };

const fileName = (call: string): string => `${fileNames[call] ?? call.replaceAll(/[ -]+/g, '-')}.json`;

/** The files of docs/schemas, by name. */
export function schemaFiles(): Map<string, string> {
  return new Map(
    Object.entries(contract).map(([call, schema]) => [
      fileName(call),
      `${JSON.stringify(jsonSchema(schema), null, 2)}\n`,
    ]),
  );
}

/**
 * Later versions may add fields, so the published schemas let unknown ones pass; the tests don't. What zod writes beside
 * a format or for any integer says nothing that a reader wants to know.
 */
function jsonSchema(schema: z.ZodType): object {
  const { $schema, title, description, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema: made }) => {
      if (made.additionalProperties === false) delete made.additionalProperties;
      if (made.format !== undefined) delete made.pattern;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
    },
  });
  return { $schema, title, description, ...rest };
}

/** docs/json.md. */
export function jsonPage(): string {
  const sections = Object.entries(contract).map(([call, schema]) => {
    const { description, examples = [] } = schema.meta() ?? {};
    return [
      call === 'error' ? '## Errors' : `## \`shop-pipe ${call}\``,
      '',
      `${description} [Schema](schemas/${fileName(call)}).`,
      '',
      '```json',
      JSON.stringify((examples as unknown[])[0], null, 2),
      '```',
    ].join('\n');
  });
  return `${[preface, ...sections].join('\n\n')}\n`;
}

const preface = `# What --json prints

Made from \`src/cli/documents\` by \`npm run docs\`; a test says when it is stale, another one holds every command against it.

With \`--json\` a command prints exactly one JSON document, on one line, on stdout; a follower prints one per line. Progress,
notes and warnings go to stderr. Work that could not be done is [an error document](#errors) instead, on stdout as well.
Secrets in it are replaced by \`***\`. \`--help\` and \`--version\` print text.

| exit code | meaning | document |
| --- | --- | --- |
| 0 | done | the command's |
| 1 | failed: something outside, or the data, is wrong | error |
| 2 | wrong usage | error |
| 3 | a negative finding (\`verify\`, \`doctor\`, \`--exit-code\`) | the command's |
| 130, 143 | interrupted by Ctrl-C, terminated | error |

Fields that are named here stay; later versions may add some, so readers should pass over those they don't know. Times
are seconds, days are business days of SHOP_TIMEZONE, money is a decimal string in R$. The examples are shortened.`;
