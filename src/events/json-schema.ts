import { z } from 'zod';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { eventTypeOf, statuses } from './event.ts';
import { orderEvent } from './schema.ts';

/**
 * docs/schemas/order-event.json. What JSON Schema can't say is in its description; unknown fields pass, since later
 * versions may add some.
 */
export function orderEventSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(orderEvent, { io: 'input' });
  const schema = {
    $schema,
    title: 'Order event v1',
    description: `A message on ${ordersTopic}, keyed by order_id: the whole state of the order after one step of its life. Beyond this schema: no product is in two lines of an order, and quantity × price of a line is below 1,000,000,000,000.`,
    ...rest,
    oneOf: statuses.map((status) => ({
      properties: { event_type: { const: eventTypeOf(status) }, status: { const: status } },
    })),
    examples: [example],
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const example = {
  event_id: '3d5a1f0e-8c41-4b7a-9d27-51f0c2a6e884',
  event_type: 'order_approved',
  version: 2,
  event_time: '2026-03-02T14:05:09.120Z',
  status: 'approved',
  order_id: '9be2c7d4-0f35-4d1b-b6a8-7e21f94c5a03',
  order_timestamp: '2026-03-02T14:04:51.377Z',
  customer: {
    id: '06b8999e-2fba-1a1f-bc88-172c00ba8bc7',
    name: 'Célia Macedo',
    email: 'celia.macedo.1f4@example.com',
    created_at: '2018-02-11T09:30:12.000Z',
  },
  lines: [{ product_id: '4244733e-06e7-ecb4-970a-6e2683c13e61', quantity: 2, price: '74.90' }],
};
