import { z } from 'zod';
import { documentMeta } from './values.ts';

const readyEvent = z.strictObject({
  event: z.literal('ready').describe('the page can be opened'),
  url: z.url().describe('where'),
  port: z.int().min(1).max(65_535).describe('port of the loopback address'),
  timezone: z.string().describe('zone that days, hours and times on the page are in: SHOP_TIMEZONE'),
});

const stoppedEvent = z.strictObject({
  event: z.literal('stopped').describe('it was interrupted: exit code 130, or 143 after SIGTERM'),
  viewers: z.int().nonnegative().describe('connections of pages that were served'),
  rounds: z
    .int()
    .nonnegative()
    .describe('rounds of queries: one a second while somebody watched, for however many'),
});

export const liveDocument = z.discriminatedUnion('event', [readyEvent, stoppedEvent]).meta(
  documentMeta('live', 'The live page: one document when it can be opened, one in the end.', {
    event: 'ready',
    url: 'http://127.0.0.1:4747/',
    port: 4747,
    timezone: 'America/Sao_Paulo',
  }),
);
