import { z } from 'zod';
import { documentMeta } from './values.ts';

export const initDocument = z
  .strictObject({
    file: z.string().describe('path of the .env file'),
    created: z.boolean().describe('false where the file was there already'),
    added: z.array(z.string()).describe('names of the keys that got a value; their values are never printed'),
  })
  .meta(
    documentMeta('init', 'What `init` wrote. A second call adds nothing.', {
      file: '/srv/shop/.env',
      created: true,
      added: ['POSTGRES_PORT', 'POSTGRES_PASSWORD'],
    }),
  );

export const findingDocument = z.strictObject({
  name: z.string().describe('what was looked at'),
  level: z
    .enum(['ok', 'warning', 'problem'])
    .describe('`warning` works, but may not for long or not well; `problem` does not work'),
  message: z.string().describe('what was found, for people'),
  remedy: z.string().nullable().describe('what to do about it; null when ok'),
});

export const doctorDocument = z
  .strictObject({
    ok: z.boolean().describe('false where a finding is a problem; the exit code is 3 then'),
    findings: z.array(findingDocument).describe('one for each thing that was looked at'),
  })
  .meta(
    documentMeta('doctor', 'What this machine has and lacks. Exit code 3 when a finding is a problem.', {
      ok: false,
      findings: [
        { name: 'node', level: 'ok', message: '20.20.2', remedy: null },
        {
          name: '.env',
          level: 'problem',
          message: '/srv/shop/.env has mode 644: others can read the secrets',
          remedy: 'chmod 600 /srv/shop/.env',
        },
      ],
    }),
  );
